#!/bin/sh
# Starts, stops and checks the daemon. Its pid file counts only if the process is the daemon.
set -eu
cd "$(dirname "$0")"
pidfile=run/uw_flow.pid

running() {
  [ -s "$pidfile" ] && grep -qs uw_flow_daemon.py "/proc/$(cat "$pidfile")/cmdline"
}

case "${1:-}" in
start)
  running && exit 0
  mkdir -p run
  setsid python3 ./uw_flow_daemon.py </dev/null >>run/uw_flow.log 2>&1 &
  echo $! >"$pidfile"
  ;;
stop) running && kill "$(cat "$pidfile")" || true ;;
restart) "$0" stop && sleep 0.2 && "$0" start ;;
check) running && [ -S run/uw_flow.sock ] ;;
*) echo "usage: $0 start|stop|restart|check" >&2 && exit 64 ;;
esac
