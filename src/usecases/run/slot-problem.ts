import {isoTime} from '../../domain/clock/iso-time.js'
import type {RawRecord} from '../../domain/journal/record.js'
import {isSlotTaken, type RunsByJob} from '../../domain/run/job-runs.js'
import {parseSlotKey} from '../../domain/scheduler/slot-key.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {RunRequest} from './run-request.js'

type Runs = Pick<Journal<RunsByJob>, 'read' | 'newestFirst'>

interface SlotDeps {
  readonly runs: Runs | undefined
  readonly warn: (text: string) => void
}

/**
 * Cheaper than a start that turns out to be void.
 *
 * @returns why the slot is not run, or undefined if no run has begun for it, as far as can be known
 */
export function slotProblem({runs, warn}: SlotDeps, {job}: RunRequest, slot: string): string | undefined {
  try {
    if (!runs || !isSlotTaken(runs.read().get(job), slot)) return undefined
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    warn(`whether the slot ${slot} was run is not known: ${error.message}`)
    return undefined
  }
  return `its slot (${slot}) was taken by ${takerOf(runs, job, slot)}`
}

/** The state keeps the keys alone. So far back the records are looked through for the run. */
const mostRecords = 10_000

function takerOf(runs: Runs, job: string, slot: string): string {
  let first: RawRecord | undefined
  try {
    let left = mostRecords
    for (const record of runs.newestFirst()) {
      if (left-- === 0 || Number(record['at']) < (parseSlotKey(slot)?.slotMs ?? 0)) break
      // Of two starts the earlier one counts, and a run that was refused may have come before both.
      if (record['job'] === job && record['slot'] === slot) first = record
    }
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
  }
  if (!first) return 'an earlier run'
  return `run ${first['run']}, which ${first['kind'] === 'skipped' ? 'was skipped' : 'began'} at ${isoTime(Number(first['at']))}`
}
