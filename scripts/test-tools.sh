#!/bin/sh
# Installs the programs that tests run. Without root or a network, the tests that need them are skipped.
set -u
missing=''
for pair in cron:cron supervisord:supervisor systemctl:systemd dbus-daemon:dbus flock:util-linux strace:strace prlimit:util-linux python3:python3 jq:jq zsh:zsh fish:fish chronic:moreutils lintian:lintian man:man-db dpkg-deb:dpkg openssl:openssl exim4:exim4-daemon-light logger:bsdutils rsyslogd:rsyslog apprise:apprise prometheus-alertmanager:prometheus-alertmanager faketime:faketime chromium:chromium pgbouncer:pgbouncer; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || [ -x "/usr/sbin/${pair%%:*}" ] || missing="$missing ${pair#*:}"
done
# Debian keeps the programs of a server out of the path.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "not installed, their tests are skipped:$missing" >&2
  exit 0
fi
echo "installing for the tests:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
case "$missing" in
*postgresql*)
  # Tests create servers of their own; one that the package creates would only run beside them.
  no_cluster=/etc/postgresql-common/createcluster.d/guard-tests.conf
  mkdir -p "${no_cluster%/*}" && echo 'create_main_cluster = false' >"$no_cluster"
  ;;
esac
add() {
  # Another apt may be at work, as a machine that was just made starts one.
  timeout 10m apt-get install -y -qq -o DPkg::Lock::Timeout=300 "$@" >/dev/null </dev/null
}
# shellcheck disable=SC2086
add $missing 2>/dev/null || { timeout 5m apt-get update -qq && add $missing; } ||
  echo "could not be installed, their tests are skipped:$missing" >&2
[ -z "${no_cluster:-}" ] || rm -f "$no_cluster"
exit 0
