#!/bin/sh
# All tests of a fresh clone: what they need and lack is installed (as root, from Debian), or they say why they skip.
# With OPENCLAW=1 those against the real OpenClaw too. Arguments go to vitest. The last line: `N passed, N failed`.
set -u
cd "$(dirname "$0")/.."
sh scripts/prepare.sh || exit 1
sh scripts/test-tools.sh
sh scripts/test-nodes.sh
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

run() {
  name=$1
  shift
  env -u NODE_OPTIONS node_modules/.bin/vitest run --reporter=default --reporter=json \
    --outputFile.json="$results/$name.json" "$@" || status=1
}

status=0
run main "$@"
if [ -n "${OPENCLAW:-}" ]; then
  node test/openclaw/install.mjs && run openclaw --config test/openclaw/vitest.config.mts || status=1
fi
node scripts/tally.mjs "$results"/*.json || status=1
exit "$status"
