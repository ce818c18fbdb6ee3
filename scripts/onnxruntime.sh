# shellcheck shell=bash
# ONNX Runtime: from Debian where it is packaged (13 and later), else into deps/onnxruntime without touching the
# system: the library out of the npm package onnxruntime-node, the C header out of Debian 13's package.
# Sourced by dev. A scan works without it; models do not.

ort_folder=deps/onnxruntime
ort_npm_version=1.30.0
# of the package's .tgz; the registry's own "integrity", written in hexadecimal
ort_npm_sha512=b7086cd42d82fc1164cf5c9ce4e634288536194aba0d444eee10f86f1e50d90cb79c0309c115d6f31537355733136f5503d96894b3987a9a03f1f8d318e7c8ab
ort_oldest_api=17
ort_header_suite=trixie

# One word on what the build can see; configure compares it with what it saw last time.
onnxruntime_state() {
  if pkg-config --exists libonnxruntime 2>/dev/null; then
    echo "system-$(pkg-config --modversion libonnxruntime)"
  else
    echo "deps$(ort_has_library && echo -library)$(ort_has_header && echo -header)"
  fi
}

ort_has_library() { [ -s $ort_folder/lib/libonnxruntime.so.1 ]; }
ort_has_header() { [ -s $ort_folder/include/onnxruntime_c_api.h ]; }

onnxruntime_is_seen() {
  [ -e "$1/.onnxruntime" ] && [ "$(cat "$1/.onnxruntime")" = "$(onnxruntime_state)" ]
}

# Never fails: what is missing is said in words, with what it costs.
bring_onnxruntime() {
  case $(onnxruntime_state) in
    system-* | deps-library-header) return ;;
  esac
  if apt-cache policy libonnxruntime-dev 2>/dev/null | grep -q 'Candidate: [0-9]'; then
    install_packages onnxruntime
    return
  fi
  say "ONNX Runtime, which runs models, is no package of this Debian; bringing it into $ort_folder"
  local scratch fault=
  mkdir -p deps
  scratch=$(mktemp -d deps/fetch.XXXXXX)
  ort_has_library || ort_fetch_library "$scratch" || fault="its library"
  ort_has_header || ort_fetch_header "$scratch" || fault="${fault:+$fault and }its C header"
  rm -rf "$scratch"
  if [ -n "$fault" ]; then
    say "Going on without ONNX Runtime ($fault could not be fetched): scans work, --model does not; ./dev build tries again"
  fi
}

ort_fetch_library() {
  local scratch=$1 machine file sum
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *)
      say "The npm package has no library for $(uname -m); name one of your own with PARDON_ONNXRUNTIME"
      return 1
      ;;
  esac
  if ! have npm; then
    (install_packages npm) || return 1
  fi
  say "- the library, from the npm package onnxruntime-node $ort_npm_version (about 110 MB)"
  if ort_npm_pack "$scratch" "$ort_npm_version"; then
    sum=$(sha512sum "$scratch"/*.tgz)
    if [ "${sum%% *}" != $ort_npm_sha512 ]; then
      say "The npm package's check sum is not the one expected: it is not used"
      return 1
    fi
  elif grep -qE 'E404|ETARGET|notarget' "$scratch/npm.log" && ort_npm_pack "$scratch" ">=1.$ort_oldest_api"; then
    file=$(echo "$scratch"/*.tgz)
    say "  version $ort_npm_version is gone from the registry; taking ${file##*/} as the registry offers it"
  else
    sed -nE 's/^npm (ERR!|error) (network )?/  npm: /p' "$scratch/npm.log" | grep -vE 'npm: (code|syscall|errno) ' | head -n 1
    return 1
  fi
  file=$(tar -tzf "$scratch"/*.tgz | grep -E "^package/bin/napi-v[0-9]+/linux/$machine/libonnxruntime\.so\.1[0-9.]*$" | head -n 1) || true
  if [ -z "$file" ] || ! tar -xzf "$scratch"/*.tgz -C "$scratch" "$file"; then
    say "The npm package holds no library for linux/$machine where it used to"
    return 1
  fi
  mkdir -p $ort_folder/lib && chmod 755 "$scratch/$file" && mv "$scratch/$file" $ort_folder/lib/libonnxruntime.so.1
}

# ort_npm_pack FOLDER VERSION: the .tgz into FOLDER. npm's cache stays in there too, and no script of the package runs.
ort_npm_pack() {
  rm -f "$1"/*.tgz
  npm pack "onnxruntime-node@$2" --ignore-scripts --pack-destination "$1" --cache "$1/cache" --fetch-retries=1 \
    --fetch-retry-mintimeout=2000 --fetch-retry-maxtimeout=5000 --no-update-notifier >"$1/npm.log" 2>&1 </dev/null
}

# Debian 13's package, fetched and checked by apt with lists of its own, and unpacked rather than installed.
ort_fetch_header() {
  local scratch=$1 mirror options keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  say "- the C header, from Debian 13's libonnxruntime-dev (apt reads $ort_header_suite's package list for it, in a folder of its own)"
  # shellcheck disable=SC1091 # a file of the system
  mirror=$(debian_mirror "$(. /etc/os-release && echo "${VERSION_CODENAME-}")")
  if [ -z "$mirror" ]; then
    say "  apt's sources name no Debian mirror to ask"
    return 1
  fi
  mkdir -p "$scratch"/apt/{state/lists,cache/archives}/partial || return 1
  [ -r $keyring ] && keyring="[signed-by=$keyring] " || keyring=
  echo "deb $keyring$mirror $ort_header_suite main" >"$scratch/apt/sources.list"
  : >"$scratch/apt/status"
  local apt=$PWD/$scratch/apt
  options=(-q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o Dir::State="$apt/state" -o Dir::State::lists="$apt/state/lists" -o Dir::State::status="$apt/status"
    -o Dir::Cache="$apt/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=2)
  if ! (apt-get "${options[@]}" update && cd "$scratch" && apt-get "${options[@]}" download libonnxruntime-dev) \
    >"$scratch/apt.log" 2>&1 </dev/null; then
    sed -nE 's/^(E|W): /  apt: /p' "$scratch/apt.log" | head -n 2
    return 1
  fi
  dpkg-deb -x "$scratch"/libonnxruntime-dev_*.deb "$scratch/header" || return 1
  local header api
  header=$(find "$scratch/header" -name onnxruntime_c_api.h | head -n 1)
  api=$(sed -n 's/^#define ORT_API_VERSION \([0-9]*\).*/\1/p' "$header")
  if [ "${api:-0}" -lt $ort_oldest_api ]; then
    say "  the header found is of API version '${api}', and $ort_oldest_api is the oldest that will do"
    return 1
  fi
  mkdir -p $ort_folder && rm -rf $ort_folder/include && mv "${header%/*}" $ort_folder/include
}

# The address of the mirror this machine's own Debian comes from, whichever form its sources are written in.
# debian_mirror RELEASE
debian_mirror() {
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --no-release-info --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' 2>/dev/null \
    | awk -v name="$1" '$2 == "main" && ($1 == name || $1 == "stable" || $1 == "oldstable") { print $3; exit }'
}
