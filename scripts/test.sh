#!/bin/sh
# All tests of a fresh clone, and once more those that run the built program, on the standalone executable: what they
# need and lack is installed (as root, from Debian), or they say why they skip. With GUARD_FORM=node or standalone only
# the one or the other. With OPENCLAW=1 those against the real OpenClaw too. Arguments go to vitest. The last line:
# `N passed, N failed`.
set -u
cd "$(dirname "$0")/.."
sh scripts/prepare.sh --standalone || exit 1
sh scripts/test-tools.sh
sh scripts/test-nodes.sh
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Nobody sees that CI hangs: there each part has a limit, and what had not ended then is named.
run() {
  name=$1
  shift
  parts="$parts $results/$name.json"
  export GUARD_RUNNING_TESTS="$results/running"
  : >"$GUARD_RUNNING_TESTS"
  env -u NODE_OPTIONS ${CI:+timeout --kill-after=30s 40m} node_modules/.bin/vitest run --reporter=default --reporter=json \
    --reporter=./scripts/running-tests.mjs --outputFile.json="$results/$name.json" "$@" && return
  status=1
  [ -e "$results/$name.json" ] || printf 'did not end: %s\n' $(cat "$GUARD_RUNNING_TESTS")
}

# What runs the built program does so by these; what is about Node's form alone has no other.
of_program() {
  grep -rlE "(support/(sandbox|runtime|channel-run|fleet-hosts)|run-soak)\.js" test --include='*.test.ts' | grep -vE '^test/(build|engines)\.test'
}

status=0
parts=''
if [ -n "${OPENCLAW:-}" ]; then ${CI:+timeout 10m} node test/openclaw/install.mjs || status=1; fi
for form in ${GUARD_FORM:-node standalone}; do
  export GUARD_FORM="$form"
  if [ "$form" = standalone ] && [ $# -eq 0 ]; then
    # shellcheck disable=SC2046
    run standalone $(of_program)
  else
    run "$form" "$@"
  fi
  [ -z "${OPENCLAW:-}" ] || run "openclaw-$form" --config test/openclaw/vitest.config.mts
done
# shellcheck disable=SC2086
node scripts/tally.mjs $parts || status=1
exit "$status"
