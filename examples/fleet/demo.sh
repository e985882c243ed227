#!/bin/sh
# Shows a job of a fleet: two hosts, one crontab, one PostgreSQL, all of them in a temporary folder that is removed at the
# end. Each host has a state directory, a name and a clock of its own.
set -u
here=$(cd "$(dirname "$0")" && pwd)
guard_bin=${GUARD:-$here/../../bin/guard}

say() { printf '\n== %s\n' "$*"; }

programs=$(for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do [ -x "$folder/initdb" ] && echo "$folder"; done | tail -1)
if [ -z "$programs" ]; then
  initdb=$(command -v initdb) || { echo 'This demo starts a PostgreSQL of its own, and none is installed (Debian: apt-get install postgresql).'; exit 0; }
  programs=$(dirname "$initdb")
fi
# PostgreSQL does not run as root.
as_server=''
if [ "$(id -u)" -eq 0 ]; then
  id postgres >/dev/null 2>&1 || { echo 'PostgreSQL does not run as root, and there is no user postgres: start this demo as an ordinary user.'; exit 0; }
  as_server='setpriv --reuid=postgres --regid=postgres --clear-groups'
fi

fleet=$(mktemp -d "${TMPDIR:-/tmp}/fleet.XXXXXX")
finish() {
  $as_server "$programs/pg_ctl" -D "$fleet/db/data" -s -m immediate stop >/dev/null 2>&1
  cd / && rm -rf "$fleet"
}
trap finish EXIT
trap 'exit 1' INT TERM
unset GUARD_STATE_DIR GUARD_CONFIG

say 'The store: one PostgreSQL, with the schema of guard and a role that may only call its functions'
mkdir "$fleet/db" && chmod 711 "$fleet"
[ -z "$as_server" ] || chown postgres "$fleet/db"
cd "$fleet/db" || exit 1
# Below those that Linux gives to who asks for any port.
port=$((20000 + $$ % 12000))
$as_server "$programs/initdb" -D "$fleet/db/data" -U postgres -A trust -E UTF8 --no-sync >/dev/null || exit 1
$as_server "$programs/pg_ctl" -D "$fleet/db/data" -s -w -l "$fleet/db/log" \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$fleet/db" start || exit 1
admin() { "$programs/psql" -X -q -v ON_ERROR_STOP=1 -h "$fleet/db" -p "$port" -U postgres "$@"; }
"$guard_bin" fleet schema >"$fleet/schema.sql" && admin -f "$fleet/schema.sql" >/dev/null 2>&1 || exit 1
admin -c "alter role guard login password 'for the demo'"
GUARD_FLEET_URL="postgres://guard:for%20the%20demo@127.0.0.1:$port/postgres"
export GUARD_FLEET_URL

# A host has the shared settings, a name, and a state directory of its own.
RAN="$fleet/ran"
export RAN
for host in web-1 web-2; do
  mkdir "$fleet/$host"
  sed "s/^fleet:/fleet:\n  host: $host/" "$here/.guardianrc.yaml" >"$fleet/$host/.guardianrc.yaml"
done
on() {
  host=$1
  shift
  (cd "$fleet/$host" && GUARD_STATE_DIR="$fleet/$host/state" "$guard_bin" "$@")
}

say 'Each host looks whether it can use the store'
for host in web-1 web-2; do
  echo "$host$ guard fleet check"
  on "$host" fleet check || exit 1
done

# What cron does on each host, for each slot; the job is quick, and has long ended when the other host comes.
line=$(sed -n 's/^\* \* \* \* \*  *guard //p' "$here/crontab")
slots=${SLOTS:-5}
say "$slots slots, the same line of the crontab on both hosts, one of them a moment later: guard $line"
for turn in $(seq "$slots"); do
  now=$(date +%s)
  sleep $((3 - now % 3))
  [ $((turn % 2)) -eq 0 ] && order='web-2 web-1' || order='web-1 web-2'
  for host in $order; do
    # shellcheck disable=SC2086
    on "$host" $line 2>&1 | sed "s/^/$host: /"
    sleep 0.5
  done
done

say 'What web-2 did, by its own records'
on web-2 history nightly

say 'What both know of the store'
on web-1 lease show nightly --scope fleet

say 'Which host ran which slot (token, host): none twice'
cat "$RAN"
