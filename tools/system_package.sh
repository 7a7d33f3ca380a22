#!/usr/bin/env bash
# Make sure that one of the named programs is there, from a system package: system_package.sh PACKAGE PROGRAM...
set -u
package=$1
shift

found() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null 2>&1 && return 0
    # Debian keeps PostgreSQL's programs out of PATH.
    compgen -G "/usr/lib/postgresql/*/bin/$program" >/dev/null && return 0
  done
  return 1
}

found "$@" && exit 0
if command -v apt-get >/dev/null 2>&1; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  echo "installing $package for the tests ..."
  { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq "$package"; } >/dev/null 2>&1
fi
found "$@" && exit 0
echo "The tests need one of: $*. Install the system package '$package' and run again." >&2
exit 1
