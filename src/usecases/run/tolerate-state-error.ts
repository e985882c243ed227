import type {JobSettings} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'
import type {JobOutput} from '../../system/output/job-output.js'

/**
 * A state directory that cannot be used stops no job: the user is warned, and the job runs without what needs it.
 * With `onStateError: refuse` it throws GuardError `io` instead. Every other error is thrown again.
 */
export function tolerateStateError(
  error: unknown,
  onStateError: JobSettings['onStateError'],
  warn: (reason: string) => void,
): void {
  const isState = error instanceof GuardError && (error.kind === 'io' || error.kind === 'no-state')
  if (!isState) throw error
  if (onStateError === 'refuse')
    throw new GuardError('io', `not run, because onStateError is refuse: ${error.message}`, error.hints, {cause: error})
  warn(error.message)
}

/** Opens a log for the job's output; the job runs without one if it cannot be written. @returns undefined if none is kept */
export function openLog(
  open: () => JobOutput | undefined,
  onStateError: JobSettings['onStateError'],
  warn: (text: string) => void,
): JobOutput | undefined {
  try {
    return open()
  } catch (error) {
    tolerateStateError(error, onStateError, (reason) => warn(`${reason}; no log is kept`))
    return undefined
  }
}
