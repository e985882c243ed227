import {fastParse} from './parse-run-args.js'
import {runMain} from './run-main.js'

/**
 * Starts a plain `guard run`, given what stands behind `run`. What is not plainly understood is left to oclif, which
 * reads it or refuses it.
 */
export function startRun(argv: readonly string[]): void {
  const call = fastParse(argv)
  if (!call) {
    void import('./oclif-main.js')
    return
  }
  const json = call.flags['json'] === true
  const report = async (error: unknown) => (await import('../report-error.js')).reportError(error, json)
  process.on('uncaughtException', (error) => void report(error).then(() => process.exit()))
  runMain(call).catch(report)
}
