#!/bin/sh
# What a change must pass: format and lint, types, then all tests.
set -eu
cd "$(dirname "$0")/.."
sh scripts/prepare.sh
node_modules/.bin/biome check --error-on-warnings .
node_modules/.bin/tsc
exec sh scripts/test.sh
