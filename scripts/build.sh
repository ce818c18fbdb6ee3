# shellcheck shell=bash
# Configuring and compiling with Meson. Sourced by dev.

# shellcheck disable=SC2034,SC2054 # used by dev; the comma is Meson's
sanitizers=(-Db_sanitize=address,undefined -Db_lundef=false)

# configure FOLDER OPTION...: sets the build folder up, or brings an existing one into line; silent unless it fails.
configure() {
  local folder=$1 log compiler=${CC-}
  shift
  if [ -e "$folder" ] && [ ! -w "$folder" ]; then
    stop "'$folder' belongs to another user; remove it as that user (./dev clean) and try again"
  fi
  log=$(mktemp)
  if [ -n "$compiler" ] && [ -e "$folder/.cc" ] && [ "$(cat "$folder/.cc")" != "$compiler" ]; then
    say "The compiler changed to $compiler: starting $folder afresh"
    rm -rf "$folder"
  fi
  if [ ! -e "$folder/build.ninja" ]; then
    rm -rf "$folder"
    say "Configuring $folder"
    meson setup "$folder" "$@" >"$log" 2>&1 </dev/null || configure_failed "$log"
    echo "${compiler:-cc}" >"$folder/.cc"
  elif [ $# -gt 0 ] && ! options_are_set "$folder" "$@"; then
    meson configure "$folder" "$@" >"$log" 2>&1 </dev/null || configure_failed "$log"
  fi
  if ! onnxruntime_is_seen "$folder"; then
    if [ -e "$folder/.onnxruntime" ]; then
      say "ONNX Runtime came or went: configuring $folder again"
      meson setup --reconfigure "$folder" >"$log" 2>&1 </dev/null || configure_failed "$log"
    fi
    onnxruntime_state >"$folder/.onnxruntime"
  fi
  rm -f "$log"
}

configure_failed() {
  tail -n 15 "$1" >&2
  rm -f "$1"
  stop "Meson could not configure the build (its words are above); if a build folder is old, ./dev clean and try again"
}

# Whether -Dwerror=true has already been given: asking Meson takes a second, reading its own record does not.
options_are_set() {
  local folder=$1
  shift
  /usr/bin/python3 - "$folder" "$@" <<'END'
import json, sys
options = {o["name"]: o["value"] for o in json.load(open(sys.argv[1] + "/meson-info/intro-buildoptions.json"))}
for given in sys.argv[2:]:
    name, value = given[2:].split("=", 1)
    if str(options.get(name)).lower() != value.lower():
        sys.exit(1)
END
}

# compile FOLDER: on a terminal Ninja's moving line, else nothing but what is wrong.
compile() {
  local log
  if [ -t 1 ]; then
    ninja -C "$1" || stop "the build failed, see above"
    return
  fi
  log=$(mktemp)
  if ! ninja -C "$1" --quiet >"$log" 2>&1 </dev/null; then
    # a build that configured itself anew says so at length first
    sed -n '/^FAILED:/,$p' "$log" | grep . || cat "$log"
    rm -f "$log"
    stop "the build failed, see above"
  fi
  grep -A4 'warning:' "$log" || true
  rm -f "$log"
}
