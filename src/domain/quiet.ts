import type {ByName} from './column-map.js'
import type {JobHistory} from './incident.js'
import {type Lease, leaseState} from './lease.js'
import type {EndedLeases} from './lease-rows.js'
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

export interface Glance {
  /** Whether the lease by itself tells that all is well. */
  isWell(lease: Lease): boolean
  /**
   * The same of a lease that ended well in this boot: it was claimed, and last renewed, no earlier than that on the boot's
   * monotonic clock. NaN: none is well.
   */
  readonly claimedMono: number
  readonly renewedMono: number
  /** The later of the two: no lease was last renewed before it was claimed. */
  readonly plainMono: number
  /** Jobs with this history, if there is any, are in no trouble, and were watched like that before. */
  untroubled: JobHistory | undefined
  /** Glances at the rest that is known of a job whose lease is well. */
  beyond(lease: LeaseSign, history: JobHistory | undefined, run: Run | undefined): Glanced
}

/** What is asked of a lease that is well. */
export interface LeaseSign {
  readonly claimedAt: number
  readonly released?: object | undefined
}

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
 * for a job; this takes a half, for of leases that ended in this boot it has no time to reckon but to compare two.
 */
export function quietIn({job, slot, as}: Way, clocks: Clocks): Glance {
  if (job.outputs.length > 0 || job.openclawId !== undefined) return notable
  const startedAwake = servedFrom(slot, clocks)
  const {freshForMs} = job.limits
  const renewedAwake = freshForMs === undefined ? Number.NEGATIVE_INFINITY : clocks.nowAwake - freshForMs
  const epoch = clocks.timeline.epochs.findLast(({boot}) => boot === clocks.now.boot)
  const claimedMono = monoAt(startedAwake, epoch, clocks)
  const renewedMono = monoAt(renewedAwake, epoch, clocks)
  const isInTime = (lease: Lease): boolean =>
    lease.boot === epoch?.boot
      ? lease.claimedMono >= claimedMono && lease.expiresMono - lease.ttlMs >= renewedMono
      : startOf(lease, clocks) >= startedAwake && renewalOf(lease, clocks) >= renewedAwake
  const isWell = (lease: Lease): boolean =>
    lease.released ? lease.released.status === 'ok' && isInTime(lease) : leaseState(lease, clocks.now) === 'held'
  const plainMono = Math.max(claimedMono, renewedMono)
  return {
    isWell,
    claimedMono,
    renewedMono,
    plainMono,
    untroubled: undefined,
    beyond(lease, history, run) {
      if (run && !agrees(run, lease)) return 'notable'
      if (history && (history.verdict !== 'healthy' || history.incident)) return 'notable'
      if (history?.watchedAs !== as) return 'met'
      // Jobs that nothing is known of but that they were met have one history between them.
      this.untroubled = history
      return 'quiet'
    },
  }
}

const notable: Glance = {
  isWell: () => false,
  claimedMono: Number.NaN,
  renewedMono: Number.NaN,
  plainMono: Number.NaN,
  untroubled: undefined,
  beyond: () => 'notable',
}

/** Tells of a job its lease, if that is well, until the next question. */
export function wellLeases(
  leases: ByName<Lease>,
  ended: EndedLeases,
): (job: string, glance: Glance) => LeaseSign | undefined {
  const {rows, claimedMono} = ended
  const sign = {claimedAt: 0.5, released: {}}
  return (job, glance) => {
    const row = rows.get(job)
    if (typeof row === 'number' && (claimedMono[row] as number) >= glance.claimedMono) {
      if (glance.renewedMono === Number.NEGATIVE_INFINITY || (ended.renewedMono[row] as number) >= glance.renewedMono) {
        sign.claimedAt = ended.claimedAt[row] as number
        return sign
      }
    }
    const lease = leases.get(job)
    return lease && glance.isWell(lease) ? lease : undefined
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

function startOf({claimedAt, claimedMono, boot}: Lease, {timeline, nowAwake}: Clocks): number {
  return awakeAt(timeline, {at: claimedAt, mono: claimedMono, boot}, nowAwake)
}

/** By the last renewal; the end of the run was no earlier. */
function renewalOf({seenAt, expiresMono, ttlMs, boot}: Lease, {timeline, nowAwake}: Clocks): number {
  return awakeAt(timeline, {at: seenAt, mono: expiresMono - ttlMs, boot}, nowAwake)
}
