import {join} from 'node:path'
import {version} from './build-info.js'
import {cachedRequire} from './cached-require.js'

/**
 * Where guard starts. `guard run` goes straight to work with Node's own modules; all else loads oclif.
 * GUARD_FULL_CLI=1 sends `guard run` through oclif too, for comparison.
 */
const program = process.argv[2] === 'run' && !process.env['GUARD_FULL_CLI'] ? 'run.cjs' : 'cli.cjs'
cachedRequire(join(__dirname, program), version)
