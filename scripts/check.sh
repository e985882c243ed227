#!/bin/sh
# Runs all checks of a change: format and lint, types, and all tests.
set -eu
cd "$(dirname "$0")/.."
sh scripts/prepare.sh
node_modules/.bin/biome check --error-on-warnings .
node_modules/.bin/tsc
node_modules/.bin/tsc -p src/http/dashboard
exec sh scripts/test.sh
