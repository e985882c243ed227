import {join} from 'node:path'
import {version} from './build-info.js'
import {fastParse} from './fast-parse.js'
import {reportError} from './report-error.js'
import {runMain} from './run-main.js'

/**
 * Where guard starts. A plain `guard run` goes straight to work with Node's own modules; all else loads oclif.
 * GUARD_FULL_CLI=1 sends `guard run` through oclif too, for comparison.
 */
const [command, ...rest] = process.argv.slice(2)
const call = command === 'run' && !process.env['GUARD_FULL_CLI'] ? fastParse(rest) : undefined

if (call) {
  runMain(call).catch((error: unknown) => reportError(error, call.flags['json'] === true))
} else {
  void import('./cached-require.js').then(({cachedRequire}) => cachedRequire(join(__dirname, 'cli.cjs'), version))
}
