import type {GuardCommand} from '../command/definition.js'
import {parseArgv} from '../command/parse-argv.js'
import {perform} from '../command/perform.js'

/** Starts a command whose call is plain. @returns false, having done nothing, if oclif has to read the call */
export function startPlainly(command: GuardCommand, argv: readonly string[]): boolean {
  const parsed = parseArgv(command, argv, process.env)
  if (!parsed) return false
  const json = parsed.flags['json'] === true
  const report = async (error: unknown) => (await import('../output/report-error.js')).reportError(error, json)
  const end = (error: unknown) => void report(error).then(() => process.exit())
  process.on('uncaughtException', end)
  // Bun has a stack trace and exit code 1 for these.
  process.on('unhandledRejection', end)
  perform(command, parsed).catch(report)
  return true
}
