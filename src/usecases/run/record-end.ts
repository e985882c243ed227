import type {GuardError} from '../../errors.js'
import type {Clock} from '../../system/host/clock.js'
import {notRecorded, type RunRecorder} from './run-records.js'

interface RecordEndDeps {
  readonly clock: Clock
  readonly warn: (text: string) => void
}

export interface UnrecordedEnd {
  readonly job: string
  readonly records: RunRecorder
  readonly facts: object
  /** Why its record could not be written. */
  readonly error: GuardError
  /** Who has asked guard to end does not wait. */
  readonly signal: AbortSignal
}

/** A disk that is full for a moment, as while a log is rotated, has room again within this. Milliseconds. */
const patienceMs = 2000
const firstPauseMs = 50

/**
 * Tries again to record the end of a run, which else would count as interrupted: at once, because a disk may fail once,
 * then for a while. The run keeps its lease meanwhile.
 *
 * @returns whether it is on record
 */
export async function recordEnd({clock, warn}: RecordEndDeps, end: UnrecordedEnd): Promise<boolean> {
  const {job, records, facts, signal} = end
  const untilMs = clock.mono() + patienceMs
  let error: GuardError | undefined = end.error
  for (let pauseMs = 0; ; pauseMs = pauseMs * 2 || firstPauseMs) {
    if (pauseMs > 0) await clock.sleep(pauseMs, signal)
    error = records.ended(facts)
    if (!error) return true
    // Of a run without a start on record no end is missed.
    if (signal.aborted || !records.isBegun() || clock.mono() + pauseMs * 2 > untilMs) break
  }
  warn(notRecorded(job, error))
  return false
}
