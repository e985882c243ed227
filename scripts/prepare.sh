#!/bin/sh
# Makes a fresh clone ready: packages by the lock file, then the build. Quick when nothing has changed.
set -eu
cd "$(dirname "$0")/.."
stamp=node_modules/.package-lock.json
if [ ! -e "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  npm ci --no-audit --no-fund --loglevel=error
fi
if [ ! -e dist/guard.cjs ] || [ -n "$(find src commands scripts package.json -newer dist/guard.cjs -print -quit)" ]; then
  node scripts/build.mjs
fi
