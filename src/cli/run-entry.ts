import {join} from 'node:path'
import {version} from './build-info.js'
import {fastParse} from './fast-parse.js'
import {exitOnFault, reportError} from './report-error.js'
import {runMain} from './run-main.js'

/** A plain `guard run`. What is not plainly understood goes to oclif, which reads it or refuses it. */
const call = fastParse(process.argv.slice(3))

if (call) {
  const json = call.flags['json'] === true
  exitOnFault(json)
  runMain(call).catch((error: unknown) => reportError(error, json))
} else {
  void import('./cached-require.js').then(({cachedRequire}) => cachedRequire(join(__dirname, 'cli.cjs'), version))
}
