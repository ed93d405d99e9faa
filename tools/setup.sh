# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run-demo and run-tests: packages, configuration, build.
# The caller has set srcdir.

say () { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
# what cannot begin is told from what fails
die () { say "$@"; exit 3; }

# package_names SET...: the packages of these sets of packages.txt
package_names () {
  awk -v sets=" $* " '
    { sub(/#.*/, "") }
    /^\[/ { gsub(/[][ \t]/, ""); wanted = index(sets, " " $0 " "); next }
    wanted && NF { print $1 }' "$srcdir/tools/packages.txt"
}

# missing_packages PACKAGE...: those that are not installed
missing_packages () {
  comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
      sed -n 's/ installed$//p' | sort)
}

# need_packages SET...: installs what is missing of these sets
need_packages () {
  local names missing root=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is no Debian system: have the equivalents of tools/packages.txt ready"
    return
  fi
  mapfile -t names < <(package_names "$@")
  mapfile -t missing < <(missing_packages "${names[@]}")
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      die "please install these packages as root: ${missing[*]}"
    root=(sudo)
  fi
  say "installing ${missing[*]}"
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 -qq)
  "${apt[@]}" update </dev/null ||
    say "the package lists could not be brought up to date; trying with the old ones"
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" \
    </dev/null >&2 ||
    die "could not install ${missing[*]}: see the lines above"
}

# build DIR MESON-OPTION...: configures where that is needed, and compiles
# everything, or what build_only names
build_only=()
build () {
  local dir=$1 log=$1/setup.log
  shift
  mkdir -p "$dir"
  if [ -f "$dir/build.ninja" ]; then
    meson configure "$dir" "$@" >"$log" 2>&1
  else
    meson setup "$dir" "$srcdir" "$@" >"$log" 2>&1
  fi || { tail -n 20 "$log" >&2; die "configuring failed: $log"; }
  ninja -C "$dir" "${build_only[@]}" >"$dir/build.log" 2>&1 ||
    { tail -n 40 "$dir/build.log" >&2; die "building failed: $dir/build.log"; }
  if grep -q 'warning:' "$dir/build.log"; then
    grep -A3 'warning:' "$dir/build.log" >&2
  fi
}
