# shellcheck shell=bash
# Debian packages by purpose. Sourced by dev.

declare -A packages why

why[build]="the compiler and the libraries pardon is built from"
packages[build]="meson ninja-build pkg-config gcc libc6-dev"       # the build itself
packages[build]+=" libglib2.0-dev"                                 # containers, errors, options
packages[build]+=" libjpeg62-turbo-dev libvips-dev libexif-dev"    # pictures: JPEG, every other format, orientation
packages[build]+=" libxxhash-dev"                                  # has a file changed?
packages[build]+=" libopenblas-dev liblapacke-dev"                 # PCA and k-means
packages[build]+=" libsqlite3-dev libjansson-dev"                  # results
packages[build]+=" libcurl4-openssl-dev ca-certificates"           # pardon model get
packages[build]+=" libmicrohttpd-dev"                              # pardon serve
packages[build]+=" protobuf-c-compiler libprotobuf-c-dev"          # reading ONNX files

why[ui]="Node.js and npm, which bundle the page; meson setup -Dui=false builds without it"
packages[ui]="nodejs npm"

why[test]="what the tests compare pardon's numbers with"
packages[test]="python3 python3-pil python3-numpy python3-scipy python3-sklearn python3-onnx locales strace"

why[ci]="the second compiler, and what the style tests ask"
packages[ci]="clang clang-format shellcheck"

why[pages]="a browser, to draw the report"
packages[pages]="chromium"

why[long]="Valgrind, which watches memory in one scan"
packages[long]="valgrind"

why[lint]="the tools that read the code"
packages[lint]="clang clang-format clang-tidy shellcheck"

why[format]="the formatter"
packages[format]="clang-format"

why[onnxruntime]="ONNX Runtime, which runs models"
packages[onnxruntime]="libonnxruntime-dev" # Debian 13 and later

why[npm]="npm, only to download ONNX Runtime, which this Debian does not package (npm may be removed afterwards)"
packages[npm]="npm ca-certificates"

# install_packages GROUP...: brings what is missing; quick and silent when nothing is.
install_packages() {
  local group package present wanted missing=()
  present=$(dpkg_installed)
  for group in "$@"; do
    wanted=()
    for package in ${packages[$group]}; do
      grep -qxF "$package" <<<"$present" || wanted+=("$package")
    done
    if [ ${#wanted[@]} -gt 0 ]; then
      say "Missing: ${why[$group]}: ${wanted[*]}"
      missing+=("${wanted[@]}")
    fi
  done
  if [ ${#missing[@]} -gt 0 ]; then apt_install "${missing[@]}"; fi
}

# Node.js that did not come from Debian brings its own npm: Debian's on top would bring another Node.js.
install_node() {
  if ! have node || ! have npm; then install_packages ui; fi
}

dpkg_installed() {
  have dpkg-query || stop "only Debian is known to this script (dpkg-query is missing); elsewhere install Meson, Ninja and the libraries meson.build names, then: meson setup build && ninja -C build"
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p'
}

apt_install() {
  local how=() log size
  if [ "$(id -u)" != 0 ]; then
    if have sudo && { sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }; }; then
      how=(sudo)
    else
      stop "installing needs root, and sudo $(have sudo && echo 'asks for a password that cannot be typed here' || echo 'is not on this machine'); ask an administrator to run:" \
        "apt-get install --no-install-recommends $*"
    fi
  fi
  how+=(env DEBIAN_FRONTEND=noninteractive)
  local variable
  for variable in http_proxy https_proxy no_proxy; do
    if [ -n "${!variable-}" ]; then how+=("$variable=${!variable}"); fi
  done
  how+=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
  log=$(mktemp)
  if ! "${how[@]}" update >"$log" 2>&1 </dev/null || grep -q '^W: Failed to fetch' "$log"; then
    say "apt could not refresh its lists, so what is there already has to do"
  fi
  # -s only simulates; the true run does not print a size before it starts to fetch
  size=$("${how[@]}" --assume-no --no-install-recommends install "$@" 2>/dev/null </dev/null \
    | sed -n 's/^Need to get \([0-9.,]* .B\).*/, \1 to download/p' || true)
  say "Installing with apt-get${size}; this can take some minutes"
  if ! "${how[@]}" --no-install-recommends install "$@" >"$log" 2>&1 </dev/null; then
    { grep '^E: ' "$log" || tail -n 8 "$log"; } | head -n 4 >&2
    rm -f "$log"
    stop "apt could not install what is missing (its words are above); is this machine online, and are its package sources set up? By hand: apt-get install --no-install-recommends $*"
  fi
  rm -f "$log"
}
