import {withoutColors} from '../../domain/log/show-controls.js'
import {GuardError} from '../../errors.js'
import {exitCodes} from './exit-codes.js'
import {printWarning} from './stderr.js'
import {jsonLine, writeOut} from './stdout.js'

/** Turns any error into guard's own: Node's default exit code 1 would mean a degraded job. */
function toGuardError(error: unknown, hints: readonly string[]): GuardError {
  if (error instanceof GuardError) return withoutFrame(error)
  if (!(error instanceof Error)) return new GuardError('internal', String(error))
  if ('oclif' in error) return usageError(error, hints)
  if ('syscall' in error) return new GuardError('io', error.message, [], {cause: error})
  return new GuardError('internal', error.message, ['please report this, with GUARD_DEBUG=1'], {cause: error})
}

/** Errors of oclif have `oclif`: the command line was wrong. On a terminal it colours them. */
function usageError(error: Error, hints: readonly string[]): GuardError {
  return new GuardError('usage', unframed(withoutColors(error.message)), hints, {cause: error})
}

/** oclif also adds its frame to an error that a flag's own check throws. */
function withoutFrame(error: GuardError): GuardError {
  const message = unframed(error.message)
  return message === error.message ? error : new GuardError(error.kind, message, error.hints, {cause: error})
}

/** Removes what oclif adds around a message. */
function unframed(message: string): string {
  return message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^Nonexistent flags?/, 'there is no flag')
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace(/^The following errors? occurred:\s+/, '')
    .replace(/^(--[\w-]+)=.* cannot also be provided when using (--[\w-]+)$/, '$1 cannot be used with $2')
    .replace(/\n\s+/g, '; ')
}

/** Reports errors that nothing caught: Node's default exit code 1 would mean a degraded job. */
export function exitOnFault(json: boolean): void {
  const end = (error: unknown) => {
    reportError(error, json)
    process.exit()
  }
  process.on('uncaughtException', end)
  // Bun has a stack trace and exit code 1 for these.
  process.on('unhandledRejection', end)
}

/**
 * Prints the error on standard error, or as JSON on standard output, and sets the exit code (README, "Exit codes"). The
 * hints are for a call that oclif has refused.
 */
export function reportError(thrown: unknown, json: boolean, hints: readonly string[] = []): void {
  const error = toGuardError(thrown, hints)
  process.exitCode = exitCodes[error.kind]
  if (json) {
    const {kind, message, hints} = error
    try {
      writeOut(jsonLine({error: {kind, message, hints}, ...error.details}))
    } catch (unwritten) {
      // A full disk takes no error either; thrown, it would be reported again, for ever.
      printWarning(message, hints)
      reportError(unwritten, false)
    }
    return
  }
  printWarning(error.message, error.hints)
  if (process.env['GUARD_DEBUG']) printWarning(String((error.cause as Error | undefined)?.stack ?? error.stack))
}

/** Says a fault that a long-lived process survives. */
export function reportFault(thrown: unknown): void {
  const {message, cause, stack} = toGuardError(thrown, [])
  printWarning(message)
  if (process.env['GUARD_DEBUG']) printWarning(String((cause as Error | undefined)?.stack ?? stack))
}
