#!/usr/bin/env node
require('../dist/guard.cjs')
