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

run() {
  name=$1
  shift
  env -u NODE_OPTIONS node_modules/.bin/vitest run --reporter=default --reporter=json \
    --outputFile.json="$results/$name.json" "$@" || status=1
}

# What runs the built program does so by these; what is about Node's form alone has no other.
of_program() {
  grep -rlE "(support/(sandbox|runtime|channel-run)|run-soak)\.js" test --include='*.test.ts' | grep -vE '^test/(build|engines)\.test'
}

status=0
if [ -n "${OPENCLAW:-}" ]; then node test/openclaw/install.mjs || status=1; fi
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
node scripts/tally.mjs "$results"/*.json || status=1
exit "$status"
