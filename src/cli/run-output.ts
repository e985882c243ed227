import {mkdirSync} from 'node:fs'
import {GuardError} from '../errors.js'
import {type JobOutput, openJobOutput} from '../system/job-output.js'
import {isRotationDue, rotateLog} from '../system/rotate.js'
import type {AttemptPlace} from './run-attempt.js'
import {tell} from './tell.js'

/**
 * Opens a log for the job's output. Undefined when there can be none: then the output goes straight to the caller.
 * `name` tells the spool files of a run apart.
 */
export function openOutput(place: AttemptPlace, logFile: string, name: string): JobOutput | undefined {
  const {guard, run, mode, spool} = place
  try {
    if (isRotationDue(logFile, guard.settings.logs)) rotateLog(logFile, guard.settings.logs, guard.clock.now())
    mkdirSync(spool, {recursive: true, mode: 0o700})
    return openJobOutput({logFile, spoolFile: `${spool}/${name}.err`, targets: mode.json ? [2, 2] : [1, 2]})
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    if (cause.syscall === undefined) throw error
    const failure = new GuardError('io', `${logFile}: ${cause.message}`, [], {cause})
    tolerate(failure, run.settings.onStateError, 'no log is kept')
    return undefined
  }
}

/** A state directory that cannot be used stops no job, unless the job's settings say that it must. */
export function tolerate(error: unknown, onStateError: 'run' | 'refuse', consequence: string): void {
  const isState = error instanceof GuardError && (error.kind === 'io' || error.kind === 'no-state')
  if (!isState) throw error
  if (onStateError === 'refuse')
    throw new GuardError('io', `not run, for onStateError is refuse: ${error.message}`, error.hints, {cause: error})
  tell(`${error.message}; ${consequence}`)
}
