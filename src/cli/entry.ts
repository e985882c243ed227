import {cachedRequire} from './cached-require.js'

/**
 * Where guard starts. A plain `guard run` goes straight to work with Node's own modules; all else loads oclif.
 * GUARD_FULL_CLI=1 sends `guard run` through oclif too, for comparison.
 */
const isRun = process.argv[2] === 'run' && !process.env['GUARD_FULL_CLI']
const {isTaken} = isRun ? (cachedRequire('run.cjs') as typeof import('./run-entry.js')) : {isTaken: false}
if (!isTaken) cachedRequire('cli.cjs')
