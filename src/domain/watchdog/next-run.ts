import {elapsedMs} from '../clock/reading.js'
import type {Clocks} from '../clock/uptime.js'
import {gapsOf} from '../run/envelope.js'
import {median} from '../run/usual-time.js'
import type {Liveness} from './job-facts.js'
import type {JobRecords} from './liveness.js'

interface NextRunFacts {
  readonly liveness: Liveness
  readonly records: JobRecords
  /** The next slot of the schedule, wall clock; undefined if there is no schedule. */
  readonly nextSlotAt: number | undefined
  readonly freshForMs: number | undefined
  readonly clocks: Clocks
}

/**
 * Until the job's next run begins, ms: 0 while one goes on or an interrupted one is about to be run again, by the schedule,
 * else by the usual gap between its runs, else within the time for which an end proves health.
 *
 * @returns undefined if nothing says when, or if the run is overdue by more than a gap
 */
export function nextRunInMs({liveness, records, nextSlotAt, freshForMs, clocks}: NextRunFacts): number | undefined {
  if (liveness.is === 'running' || liveness.is === 'running-unleased') return 0
  const {at} = clocks.now
  if (isRerunDue(records, at)) return 0
  if (nextSlotAt !== undefined) return Math.max(0, nextSlotAt - at)
  const starts = records.jobRuns?.starts ?? []
  const last = starts.at(-1)
  const gapMs = usualGapMs(starts) ?? freshForMs
  const sinceMs = last === undefined ? sinceLastClaim(records, clocks) : at - last
  if (gapMs === undefined || sinceMs === undefined || sinceMs > 2 * gapMs) return undefined
  return Math.max(0, gapMs - Math.max(0, sinceMs))
}

/** A rerun that has not begun by then was refused, or its process was ended. */
const rerunBeginsWithinMs = 10 * 60_000

/** Whether the rerun of the last run is still to begin. A refused one is not tried again. */
function isRerunDue({jobRuns}: JobRecords, at: number): boolean {
  const {lastEnd, runs = []} = jobRuns ?? {}
  if (!lastEnd?.isRerun || at - lastEnd.at > rerunBeginsWithinMs) return false
  const last = runs.at(-1)
  return last?.outcome !== 'skipped' || last.startedAt < lastEnd.at
}

function sinceLastClaim({lease}: JobRecords, {now}: Clocks): number | undefined {
  return lease && elapsedMs({at: lease.claimedAt, mono: lease.claimedMono, boot: lease.boot, host: lease.host}, now)
}

/** The median of the last gaps, so that one pause or one extra run changes nothing, and a new rhythm is soon known. */
function usualGapMs(starts: readonly number[]): number | undefined {
  return median(gapsOf(starts.slice(-10)))
}
