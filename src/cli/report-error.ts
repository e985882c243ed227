import {GuardError} from '../errors.js'
import {exitCodes} from './exit-codes.js'

/** Turns whatever was thrown into guard's own error; left alone, Node would exit 1, which means a degraded job. */
function toGuardError(error: unknown): GuardError {
  if (error instanceof GuardError) return withoutFrame(error)
  if (!(error instanceof Error)) return new GuardError('internal', String(error))
  if ('oclif' in error) return usageError(error)
  if ('syscall' in error) return new GuardError('io', error.message, [], {cause: error})
  return new GuardError('internal', error.message, ['please report this, with GUARD_DEBUG=1'], {cause: error})
}

/** What oclif throws carries `oclif`: the command line was wrong. */
function usageError(error: Error): GuardError {
  return new GuardError('usage', unframed(error.message), ['see the flags: add --help'], {cause: error})
}

/** What a flag's own check throws gets a frame from oclif as well. */
function withoutFrame(error: GuardError): GuardError {
  const message = unframed(error.message)
  return message === error.message ? error : new GuardError(error.kind, message, error.hints, {cause: error})
}

/** oclif says much around what is wrong. */
function unframed(message: string): string {
  return message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace(/^The following errors? occurred:\s+/, '')
    .replace(/\n\s+/g, '; ')
}

/** The last resort: Node itself would exit with 1, which means a degraded job. */
export function exitOnFault(json: boolean): void {
  process.on('uncaughtException', (error) => {
    reportError(error, json)
    process.exit()
  })
}

/** Tells the user on standard error, or as JSON on standard output, and sets the exit code of contract section 3. */
export function reportError(thrown: unknown, json: boolean): void {
  const error = toGuardError(thrown)
  process.exitCode = exitCodes[error.kind]
  if (json) {
    const {kind, message, hints} = error
    process.stdout.write(`${JSON.stringify({error: {kind, message, hints}, ...error.details})}\n`)
    return
  }
  const lines = [`guard: ${error.message}`, ...error.hints.map((hint) => `  - ${hint}`)]
  if (process.env['GUARD_DEBUG']) lines.push(String((error.cause as Error | undefined)?.stack ?? error.stack))
  process.stderr.write(`${lines.join('\n')}\n`)
}
