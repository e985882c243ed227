#!/bin/sh
# Shows guard with a small trading bot: real jobs and a real daemon, in a temporary folder that is removed at the end.
set -u
here=$(cd "$(dirname "$0")" && pwd)
guard_bin="$here/../../bin/guard"
guard() { "$guard_bin" "$@"; }

bot=$(mktemp -d "${TMPDIR:-/tmp}/stock-bot.XXXXXX")
cp "$here"/*.py "$here"/*.sh "$here"/.guardianrc.yaml "$bot"/
unset GUARD_STATE_DIR GUARD_CONFIG
cd "$bot" || exit 1
finish() {
  ./uw-daemon.sh stop
  [ -z "${holder:-}" ] || kill "$holder" 2>/dev/null
  cd / && rm -rf "$bot"
}
trap finish EXIT

lease_has() { guard lease show "$1" --json | grep -q "$2"; }

# Waits until a command succeeds, ten seconds at most.
wait_for() {
  for _ in $(seq 100); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "never happened: $*" >&2
  exit 1
}

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
show() {
  printf '\033[2m$ guard %s\033[0m\n' "$*"
  guard "$@"
  printf '\033[2m(exit %d)\033[0m\n' $?
}
[ -t 1 ] || { say() { printf '\n== %s\n' "$*"; }; show() { printf '$ guard %s\n' "$*"; guard "$@"; printf '(exit %d)\n' $?; }; }

say 'The settings are checked as a whole'
show config check

say 'A run: the daemon is up, the check is healthy, the exit code passes through'
./uw-daemon.sh start
wait_for ./uw-daemon.sh check
show run pre_market_health_check

say 'An overlap: the scanner still runs, so the second one is skipped'
"$guard_bin" run scanner 3 >/dev/null &
wait_for lease_has scanner '"state":"held"'
show run scanner
wait $!

say 'A timeout: TERM to the whole process group, KILL for what ignores it, exit code 124'
show run --timeout 1s --kill-after 1s --job stubborn -- sh -c 'trap "" TERM; sleep 60 & wait; sleep 60'

say 'A crash of guard itself: the job goes on, is not started twice, and the history shows it'
"$guard_bin" run --job feed -- sleep 3 &
feed=$!
wait_for lease_has feed jobPid
kill -9 "$feed"
wait "$feed" 2>/dev/null
show run --job feed -- sleep 0
sleep 3
show run --job feed -- sleep 0
show history feed

say 'Recovery: the daemon is dead and has left a lock; another lock is in use'
./uw-daemon.sh stop
sleep 0.3
mkdir -p state
sh -c 'echo $$' >state/stale.lock
python3 -c 'import fcntl, time; f = open("state/live.lock", "w"); fcntl.flock(f, fcntl.LOCK_EX); time.sleep(120)' &
holder=$!
wait_for test -e state/live.lock
show locks list
show run pre_market_health_check
ls state
show history pre_market_health_check --limit 1

say 'The budget: the fourth recovery within the window is refused, with the reason'
for _ in 1 2; do
  ./uw-daemon.sh stop
  sleep 0.3
  guard run --quiet pre_market_health_check >/dev/null 2>&1
done
./uw-daemon.sh stop
sleep 0.3
show run pre_market_health_check
show history pre_market_health_check --limit 1
