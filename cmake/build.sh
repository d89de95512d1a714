# shellcheck shell=bash
# What ./lockstep and ./dev share. Needs $root, the source folder, and $me, who speaks.

# install_packages GROUP...: installs what is missing of packages.txt. Exits 2 with the line to type
# if this user may not install packages.
install_packages() {
  local group package _ missing=() as_root=() install log
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    return 0  # not a Debian: CMake will name what it misses
  while read -r group package _; do
    [[ " $* " == *" $group "* ]] || continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done <"${root:?}/packages.txt"
  ((${#missing[@]})) || return 0

  install=(apt-get install -y --no-install-recommends "${missing[@]}")
  if ((EUID != 0)); then
    # sudo may ask for a password only where somebody can type it.
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [[ -t 0 && -t 2 ]]; }; then
      echo "${me:?}: Debian packages are missing, and only root can install them. Please run:" >&2
      echo "  sudo ${install[*]}" >&2
      exit 2
    fi
    as_root=(sudo)
  fi
  echo "$me: installing ${missing[*]}" >&2
  log=$(mktemp)
  # The update first: a new system has no package lists yet, an old one has lists of what is gone.
  if ! { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "$me: apt-get failed (above). When it works again: ${install[*]}" >&2
    exit 2
  fi
  rm -f "$log"
}

# lock_build PRESET: until this (sub)shell ends nobody else builds the preset.
lock_build() {
  mkdir -p "$root/build/$1"
  exec 9>"$root/build/$1/lock"
  flock 9
}

# build_preset PRESET TARGET...: configures and builds. The caller holds the lock.
build_preset() {
  local preset=$1 options=() cache built_for
  shift
  cache=$root/build/$preset/CMakeCache.txt
  if [[ -e $cache ]]; then
    built_for=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$cache")
    [[ $built_for == "$root" ]] || rm -rf "$cache" "${cache%/*}/CMakeFiles"  # the folder has moved
  fi
  # The environment rather than -G: a folder that was configured for make stays with make.
  command -v ninja >/dev/null && export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
  # Warnings are errors only with the compiler that the warnings were tested with.
  [[ $("${CXX:-c++}" -dumpversion 2>/dev/null) == 12 ]] || options+=(-DLOCKSTEP_WERROR=OFF)
  cd "$root" && cmake --preset "$preset" "${options[@]}" &&
    cmake --build "build/$preset" --parallel "$(nproc)" --target "$@"
}
