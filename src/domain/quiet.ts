import type {JobHistory} from './incident.js'
import {type Lease, leaseState} from './lease.js'
import {type Clocks, sameRunMs} from './life.js'
import type {Run} from './run.js'
import {earlyMs, isSetBackTo} from './slot.js'
import {awakeAt, calmSince} from './timeline.js'
import type {SlotFacts} from './watchdog-facts.js'
import type {WatchedJob} from './watched-job.js'

/** What a look at a job in passing tells. */
export interface Glance {
  readonly lease: Lease | undefined
  /** Its last run. */
  readonly run: Run | undefined
  readonly history: JobHistory | undefined
  readonly slot: SlotFacts | undefined
  /** What `watchedAs` says of it. */
  readonly as: string
}

/**
 * Whether a job is plainly healthy and was so before: then `judgeJob` would call it proven, `decideIncident` would do
 * nothing, and no facts need be gathered. This says no to whatever takes a second look; a test holds it against those
 * two. In a process that has just started it takes 1.5 µs, they take 17.
 */
export function isQuiet(job: WatchedJob, {lease, run, history, slot, as}: Glance, clocks: Clocks): boolean {
  if (job.outputs.length > 0 || job.openclawId !== undefined) return false
  if (history?.verdict !== 'healthy' || history.incident || history.watchedAs !== as) return false
  if (!lease || (run && !agrees(run, lease))) return false
  if (!lease.released) return leaseState(lease, clocks.now) === 'held'
  return (
    lease.released.status === 'ok' && isServed(lease, slot, clocks) && isFresh(lease, job.limits.freshForMs, clocks)
  )
}

/** Whether the job's last run says nothing that its lease does not say. A lease that is held outranks the run under it. */
function agrees({outcome, endedAt, startedAt, steps}: Run, {claimedAt, released}: Lease): boolean {
  if (outcome === 'skipped' || startedAt > claimedAt + sameRunMs) return false
  if (!released || startedAt < claimedAt - sameRunMs) return true
  return outcome === 'healthy' && endedAt !== undefined && steps.length === 0
}

/** A clock that was set back, or shows no slot since it was first watched, asks for a start since it has been calm. */
function isServed({claimedAt, claimedMono, boot}: Lease, slot: SlotFacts | undefined, clocks: Clocks): boolean {
  if (!slot) return true
  const {timeline, nowAwake, now} = clocks
  const started = awakeAt(timeline, {at: claimedAt, mono: claimedMono, boot}, nowAwake)
  const isSetBack = isSetBackTo(slot, {at: now.at, awake: nowAwake})
  return started >= Math.max(slot.due.awake, isSetBack ? calmSince(timeline) : slot.due.awake) - earlyMs
}

/** By the last renewal; its end was no earlier. */
function isFresh({seenAt, expiresMono, ttlMs, boot}: Lease, freshForMs: number | undefined, clocks: Clocks): boolean {
  if (freshForMs === undefined) return true
  const renewed = awakeAt(clocks.timeline, {at: seenAt, mono: expiresMono - ttlMs, boot}, clocks.nowAwake)
  return clocks.nowAwake - renewed <= freshForMs
}
