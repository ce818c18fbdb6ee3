#!/usr/bin/env bash
# Builds the page for Meson: ui.sh UI_FOLDER OUT_FOLDER DEPFILE TARGET. Brings the libraries of package-lock.json first, where
# ui/node_modules does not hold them yet; several build folders share those, so one of them brings while others wait.
set -euo pipefail
ui=$1 out=$2 depfile=$3 target=$4

stop() {
  printf '%s\n' "$@" >&2
  exit 1
}

in_line() { cmp -s "$ui/package-lock.json" "$ui/node_modules/.brought"; }

bring() {
  local log
  command -v npm >/dev/null || stop "the page needs npm, which is not installed (Debian: apt-get install npm); or build without the page: -Dui=false"
  log=$(mktemp)
  if ! (cd "$ui" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error) >"$log" 2>&1 </dev/null; then
    head -n 15 "$log" >&2
    rm -f "$log"
    stop "npm could not bring the page's libraries (its words are above); is this machine online? Without the page: -Dui=false"
  fi
  rm -f "$log"
  cp "$ui/package-lock.json" "$ui/node_modules/.brought"
}

if ! in_line; then
  # on the folder itself, which is there whatever else is
  exec 9<"$ui"
  flock 9
  if ! in_line; then bring; fi
  exec 9<&-
fi

node "$ui/build.mjs" "$out"
{
  printf '%s:' "$target"
  find "$ui/src" "$ui/package-lock.json" "$ui/build.mjs" "$ui/tsconfig.json" "$ui/../docs/method.md" -type f | LC_ALL=C sort | sed 's/[ #$\\]/\\&/g; s/^/ /' | tr -d '\n'
  echo
} >"$depfile"
