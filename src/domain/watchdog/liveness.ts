import {awakeAt, endOfBoot, type Timeline} from '../clock/uptime.js'
import {type Lease, leaseState, type Moment} from '../lease/lease.js'
import type {Run} from '../run/run.js'
import type {JobFacts, Life} from './job-facts.js'

/** What the journals say of one job. */
export interface Traces {
  readonly lease: Lease | undefined
  /** Oldest first. */
  readonly runs: readonly Run[]
}

/** Now, and the timeline up to now. */
export interface Clocks {
  readonly now: Moment
  readonly nowAwake: number
  readonly timeline: Timeline
}

/** Claim and start of one run are written within this. Milliseconds. */
const sameRunMs = 60_000

/** The last sign of life: the lease's, or that of a run that took no lease or came after it. */
export function lifeOf({lease, runs}: Traces, clocks: Clocks): Life {
  const run = runs.findLast(({outcome}) => outcome !== 'skipped')
  const own = lease && lifeOfLease(lease, clocks)
  const runOfLease = lease && run && Math.abs(run.startedAt - lease.claimedAt) <= sameRunMs ? run : undefined
  if (own && runOfLease) return endedByRun(own, runOfLease, clocks)
  if (own && !(lease && run && run.startedAt > lease.claimedAt)) return own
  return run ? lifeOfRun(run, clocks) : {is: 'none'}
}

function lifeOfLease(lease: Lease, clocks: Clocks): Life {
  const {timeline, nowAwake} = clocks
  const {boot, seenAt, ttlMs} = lease
  const renewedAwake = awakeAt(timeline, {at: seenAt, mono: lease.expiresMono - ttlMs, boot}, nowAwake)
  const startedAwake = awakeAt(timeline, {at: lease.claimedAt, mono: lease.claimedMono, boot}, nowAwake)
  const state = leaseState(lease, clocks.now)
  if (state === 'held') return {is: 'running', startedAwake, seenAwake: renewedAwake}
  if (lease.released) {
    const {at, mono} = lease.released
    const released = awakeAt(timeline, mono === undefined ? {at} : {at, mono, boot}, nowAwake)
    const seenAwake = Math.max(renewedAwake, Math.min(released, renewedAwake + ttlMs))
    const trouble = lease.released.status === 'error' ? (lease.released.detail ?? 'with an error') : undefined
    return {is: 'ended', startedAwake, seenAwake, trouble}
  }
  const rebootAwake = isOfPastBoot(lease, clocks) ? rebootAfter(lease, clocks) : undefined
  if (rebootAwake === undefined || renewedAwake + ttlMs <= rebootAwake) {
    return {is: 'lost', startedAwake, seenAwake: renewedAwake}
  }
  return {is: 'ended', startedAwake, seenAwake: rebootAwake, trouble: 'ended by a reboot'}
}

/** On this host nothing outlives the boot; it is over, but nobody let it end. */
function isOfPastBoot(lease: Lease, {now}: Clocks): boolean {
  return lease.host === now.host && lease.boot !== now.boot
}

/**
 * The reboot ended a run that still held its lease; one that had lost it before is as dead afterwards. Boots since then
 * are no sign of the job. Of a boot that nobody noted, the end of it is taken to be the beginning of this one.
 */
function rebootAfter({boot}: Lease, {now, nowAwake, timeline}: Clocks): number {
  return endOfBoot(timeline, boot) ?? nowAwake - now.mono
}

/** The run's records may know more than the lease: how it ended, or that it ended though nobody gave the lease back. */
function endedByRun(life: Life, run: Run, {timeline, nowAwake}: Clocks): Life {
  // When an interruption was found says nothing about when it was.
  if (life.is === 'none' || run.endedAt === undefined || run.outcome === 'interrupted') return life
  const trouble = troubleOf(run)
  if (life.is === 'ended') return {...givenUpOf(run), ...life, trouble: life.trouble ?? trouble}
  if (life.is === 'running') return life
  const endedAwake = Math.max(life.seenAwake, awakeAt(timeline, {at: run.endedAt}, nowAwake))
  return {is: 'ended', startedAwake: life.startedAwake, seenAwake: endedAwake, trouble, ...givenUpOf(run)}
}

function lifeOfRun(run: Run, clocks: Clocks): Life {
  const {timeline, nowAwake} = clocks
  const startedAwake = awakeAt(timeline, {at: run.startedAt}, nowAwake)
  if (goesOn(run, clocks)) return {is: 'leaseless', startedAwake, seenAwake: nowAwake}
  const isEnded = run.endedAt !== undefined && run.outcome !== 'interrupted'
  const seenAwake = isEnded ? awakeAt(timeline, {at: run.endedAt ?? 0}, nowAwake) : startedAwake
  return {
    is: 'ended',
    startedAwake,
    seenAwake,
    trouble: run.endedAt === undefined ? 'no end was written' : troubleOf(run),
    ...givenUpOf(run),
  }
}

/** A run that names its guard is closed at the beginning of the first round in which nothing of it lives. */
function goesOn({endedAt, owner}: Run, {now}: Clocks): boolean {
  return endedAt === undefined && owner?.boot === now.boot && owner.host === now.host
}

function troubleOf({outcome}: Run): string | undefined {
  return outcome === 'healthy' ? undefined : outcome
}

/** `guard run` refuses to recover a job for ever, and leaves this step. */
function givenUpOf({steps}: Run): {givenUp?: string} {
  const refused = steps.findLast((step) => step.do === 'refused')
  return refused ? {givenUp: refused.evidence ?? 'its recovery budget is spent'} : {}
}

/** The last time a run was not to happen, unless a run came after it. */
export function skippedOf({runs}: Traces, {timeline, nowAwake}: Clocks): JobFacts['skipped'] {
  const last = runs.at(-1)
  if (last?.outcome !== 'skipped') return undefined
  return {awake: awakeAt(timeline, {at: last.startedAt}, nowAwake), reason: last.detail ?? 'no reason was given'}
}
