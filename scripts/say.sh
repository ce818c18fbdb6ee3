# shellcheck shell=bash
# Words for the person at the keyboard. Sourced by dev.

say() {
  printf '%s\n' "$@"
}

# The reason in one sentence; exit code 2: it cannot be done.
stop() {
  printf 'dev: %s\n' "$@" >&2
  exit 2
}

have() {
  command -v "$1" >/dev/null 2>&1
}
