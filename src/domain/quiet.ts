import type {JobHistory} from './incident.js'
import {leaseState} from './lease.js'
import type {LeaseSign} from './lease-rows.js'
import {type Clocks, sameRunMs} from './life.js'
import type {Run} from './run.js'
import {earlyMs, isSetBackTo} from './slot.js'
import {awakeAt, calmSince, type Note} from './timeline.js'
import type {SlotFacts} from './watchdog-facts.js'
import type {WatchedJob} from './watched-job.js'

/**
 * What a look at a job in passing tells.
 * - quiet: it is plainly healthy, and was so before
 * - met: it is plainly healthy, and nobody has watched it like that before: that is to be noted
 * - notable: it takes a second look
 */
export type Glanced = 'quiet' | 'met' | 'notable'

/** Glances at a job by its lease, its history and its last run. */
export type Glance = (lease: LeaseSign | undefined, history: JobHistory | undefined, run: Run | undefined) => Glanced

/** What many jobs have in common, so that it is asked once. */
export interface Way {
  readonly job: Pick<WatchedJob, 'outputs' | 'openclawId' | 'limits'>
  readonly slot: SlotFacts | undefined
  /** What `watchedAs` says of the job. */
  readonly as: string
}

/**
 * Tells of the jobs that are watched in one way whether each is plainly healthy, and was in no trouble before: then
 * `judgeJob` would call it proven, `decideIncident` would do nothing, and no facts need be gathered. This says no to
 * whatever takes a second look; a test holds it against those two. In a process that has just started they take 17 µs
 * for a job; this takes a half, for with leases of this boot it has no time to reckon but to compare two.
 */
export function quietIn({job, slot, as}: Way, clocks: Clocks): Glance {
  if (job.outputs.length > 0 || job.openclawId !== undefined) return () => 'notable'
  const startedAwake = servedFrom(slot, clocks)
  const {freshForMs} = job.limits
  const renewedAwake = freshForMs === undefined ? Number.NEGATIVE_INFINITY : clocks.nowAwake - freshForMs
  const epoch = clocks.timeline.epochs.findLast(({boot}) => boot === clocks.now.boot)
  const [startedMono, renewedMono] = [monoAt(startedAwake, epoch, clocks), monoAt(renewedAwake, epoch, clocks)]
  const isLate = (lease: LeaseSign): boolean => {
    if (lease.boot === epoch?.boot) {
      // Each thing that is read of ten thousand leases takes a millisecond.
      if (lease.claimedMono < startedMono) return true
      return freshForMs !== undefined && lease.expiresMono - lease.ttlMs < renewedMono
    }
    return startOf(lease, clocks) < startedAwake || renewalOf(lease, clocks) < renewedAwake
  }
  // Jobs that nothing is known of but that they were met have one history between them.
  let untroubled: JobHistory | undefined
  return (lease, history, run) => {
    if (!lease || (run && !agrees(run, lease))) return 'notable'
    const {released} = lease
    const isWell = released ? released.status === 'ok' && !isLate(lease) : leaseState(lease, clocks.now) === 'held'
    if (!isWell) return 'notable'
    if (history === untroubled && history) return 'quiet'
    if (history && (history.verdict !== 'healthy' || history.incident)) return 'notable'
    if (history?.watchedAs !== as) return 'met'
    untroubled = history
    return 'quiet'
  }
}

/** Whether the job's last run says nothing that its lease does not say. A lease that is held outranks the run under it. */
function agrees({outcome, endedAt, startedAt, steps}: Run, {claimedAt, released}: LeaseSign): boolean {
  if (outcome === 'skipped' || startedAt > claimedAt + sameRunMs) return false
  if (!released || startedAt < claimedAt - sameRunMs) return true
  return outcome === 'healthy' && endedAt !== undefined && steps.length === 0
}

/**
 * From when on a start serves the latest slot, on the awake clock. A clock that was set back, or shows no slot since it
 * was first watched, asks for a start since it has been calm.
 */
function servedFrom(slot: SlotFacts | undefined, {now, nowAwake, timeline}: Clocks): number {
  if (!slot) return Number.NEGATIVE_INFINITY
  const isSetBack = isSetBackTo(slot, {at: now.at, awake: nowAwake})
  return Math.max(slot.due.awake, isSetBack ? calmSince(timeline) : slot.due.awake) - earlyMs
}

/** What the monotonic clock of an epoch showed when the awake clock showed that; nothing is later than now. */
function monoAt(awake: number, epoch: Note | undefined, {nowAwake}: Clocks): number {
  return epoch && awake <= nowAwake ? awake - epoch.awake + epoch.mono : Number.POSITIVE_INFINITY
}

function startOf({claimedAt, claimedMono, boot}: LeaseSign, {timeline, nowAwake}: Clocks): number {
  return awakeAt(timeline, {at: claimedAt, mono: claimedMono, boot}, nowAwake)
}

/** By the last renewal; the end of the run was no earlier. */
function renewalOf({seenAt, expiresMono, ttlMs, boot}: LeaseSign, {timeline, nowAwake}: Clocks): number {
  return awakeAt(timeline, {at: seenAt, mono: expiresMono - ttlMs, boot}, nowAwake)
}
