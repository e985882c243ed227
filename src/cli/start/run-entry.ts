import {rehearseSettings} from '../../config/settings.js'
import {homeFolder} from '../../system/host/host.js'
import {fastParse} from './parse-run-args.js'
import {runMain} from './run-main.js'

/** A plain `guard run`. What is not plainly understood is left to oclif, which reads it or refuses it. */
const call = fastParse(process.argv.slice(3))

/** False: oclif shall read the command line. */
export const isTaken = call !== undefined

if (call) {
  const json = call.flags['json'] === true
  const report = async (error: unknown) => (await import('../report-error.js')).reportError(error, json)
  process.on('uncaughtException', (error) => void report(error).then(() => process.exit()))
  runMain(call).catch(report)
}

/** As in `collect-evidence.ts`. */
export const part = {rehearse: () => rehearseSettings(__filename, {env: process.env, home: homeFolder()})}
