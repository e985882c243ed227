import {isoTime} from '../../domain/clock/iso-time.js'
import type {RawRecord} from '../../domain/journal/record.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import {parseSlotKey} from '../../domain/scheduler/slot-key.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'

interface TakerDeps {
  readonly runs: Pick<Journal<RunsByJob>, 'newestFirst'>
}

/** The state keeps the keys alone. So far back the records are looked through for the run. */
const mostRecords = 10_000

/** Which run has taken a slot, and when, for people. */
export function takerOf({runs}: TakerDeps, job: string, slot: string): string {
  let first: RawRecord | undefined
  try {
    let left = mostRecords
    for (const record of runs.newestFirst()) {
      if (left-- === 0 || Number(record['at']) < (parseSlotKey(slot)?.slotMs ?? 0)) break
      // The earlier of two starts counts, and a run that was refused may have come before both.
      if (record['job'] === job && record['slot'] === slot) first = record
    }
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
  }
  if (!first) return 'an earlier run'
  return `run ${first['run']}, which ${first['kind'] === 'skipped' ? 'was skipped' : 'began'} at ${isoTime(Number(first['at']))}`
}
