#!/bin/sh
# Makes a fresh clone ready: packages by the lock file, then the build, with --standalone that of the executable too.
# Quick when nothing has changed.
set -eu
cd "$(dirname "$0")/.."
stamp=node_modules/.package-lock.json
if [ ! -e "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  npm ci --no-audit --no-fund --loglevel=error
fi
if [ ! -e dist/guard.cjs ] || [ -n "$(find src commands scripts package.json -newer dist/guard.cjs -print -quit)" ]; then
  node scripts/build.mjs
fi
if [ "${1:-}" = --standalone ]; then
  built=dist/standalone/guard
  if [ ! -e "$built" ] || [ -n "$(find dist/guard.cjs bin/guard scripts package.json -newer "$built" -print -quit)" ]; then
    node scripts/standalone.mjs
  fi
fi
