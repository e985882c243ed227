#!/bin/sh
# All tests of a fresh clone: what they need and lack is installed (as root, from Debian), or they say why they skip.
set -u
cd "$(dirname "$0")/.."
sh scripts/prepare.sh || exit 1
sh scripts/test-tools.sh
results=$(mktemp)
trap 'rm -f "$results"' EXIT
env -u NODE_OPTIONS GUARD_TEST=1 node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$results" "$@"
status=$?
node scripts/tally.mjs "$results" || status=1
exit "$status"
