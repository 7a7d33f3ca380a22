#!/usr/bin/env bash
# Make sure that the programs which the tests drive are there: system_package.sh [--required] browser|database|proxy|redis...
#
# What is missing is installed with apt-get. Where that cannot be done, the tests that need it are left out, which is
# said; with --required, or with CI set, it is a failure. CHROMIUM, POSTGRES_BIN, NGINX and REDIS_SERVER name programs that
# lie elsewhere, WITHOUT="browser database proxy redis" leaves out what it names.
set -u

required=""
case "${CI:-}" in "" | 0 | false) ;; *) required=yes ;; esac
[ "${1:-}" = --required ] && { required=yes; shift; }

found() {
  case $1 in
    browser) [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser ;;
    # Debian keeps PostgreSQL's programs out of PATH.
    database) [ -n "${POSTGRES_BIN:-}" ] || command -v initdb || compgen -G "/usr/lib/postgresql/*/bin/initdb" ;;
    # It is off the PATH of an ordinary user.
    proxy) [ -n "${NGINX:-}" ] || command -v nginx || [ -x /usr/sbin/nginx ] ;;
    redis) [ -n "${REDIS_SERVER:-}" ] || command -v redis-server ;;
  esac >/dev/null 2>&1
}

# What is needed, neither there nor left out on purpose; what to install for it; how to do without.
look() {
  needs="" packages="" otherwise=""
  local need
  for need in "$@"; do
    case " ${WITHOUT:-} " in *" $need "*) continue ;; esac
    found "$need" && continue
    needs="$needs $need"
    case $need in
      browser) packages="$packages chromium" otherwise="$otherwise CHROMIUM=/path/to/chromium" ;;
      database) packages="$packages postgresql" otherwise="$otherwise POSTGRES_BIN=/folder/of/initdb" ;;
      proxy) packages="$packages nginx-light" otherwise="$otherwise NGINX=/path/to/nginx" ;;
      redis) packages="$packages redis-server" otherwise="$otherwise REDIS_SERVER=/path/to/redis-server" ;;
    esac
  done
}

for program in ${CHROMIUM:+"$CHROMIUM"} ${POSTGRES_BIN:+"$POSTGRES_BIN/initdb"} ${NGINX:+"$NGINX"}; do
  [ -x "$program" ] || { echo "$program is no program; correct CHROMIUM, POSTGRES_BIN or NGINX." >&2; exit 1; }
done

look "$@"
[ -n "$needs" ] || exit 0
why="" as_root=""
if ! command -v apt-get >/dev/null 2>&1; then
  why="there is no apt-get here"
elif [ "$(id -u)" != 0 ]; then
  as_root="sudo -n"
  $as_root true >/dev/null 2>&1 || why="this user may not install system packages"
fi
if [ -z "$why" ]; then
  echo "The tests need$packages, which apt-get installs now; to do without, stop and set$otherwise or WITHOUT=\"${needs# }\"."
  why="apt-get could not install it"
  {
    $as_root apt-get update -qq -o Acquire::Retries=0
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $packages
  } >/dev/null 2>&1
  look $needs
  [ -n "$needs" ] || exit 0
fi

sentence="Missing:$packages ($why). Install it, or set$otherwise"
[ -z "$required" ] || { echo "$sentence." >&2; exit 1; }
echo "$sentence. The tests that need it are left out." >&2
