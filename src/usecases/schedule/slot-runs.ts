import {isSlotTaken, openRuns, type RunsByJob} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import {slotKey} from '../../domain/scheduler/slot-key.js'

/** Whether a run of this slot is on record: it has begun, or was skipped. */
export function isSlotStarted(book: RunsByJob, job: string, slotMs: number): boolean {
  return isSlotTaken(book.get(job), slotKey(job, slotMs))
}

/** The runs that a scheduler has started and that have no end. */
export function openSlotRuns(book: RunsByJob): readonly Run[] {
  return openRuns(book).filter(({slot}) => slot !== undefined)
}
