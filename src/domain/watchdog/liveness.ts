import type {ClockReading} from '../clock/reading.js'
import {endOfBoot, type Uptime, uptimeAt} from '../clock/uptime.js'
import {type Lease, leaseState} from '../lease/lease.js'
import type {Run} from '../run/run.js'
import type {JobFacts, Liveness} from './job-facts.js'

/** What the journals say of one job. */
export interface JobRecords {
  readonly lease: Lease | undefined
  /** Oldest first. */
  readonly runs: readonly Run[]
}

/** Now, and the uptime up to now. */
export interface Clocks {
  readonly now: ClockReading
  readonly nowUptimeMs: number
  readonly uptime: Uptime
}

/** Claim and start of one run are written within this. Milliseconds. */
const sameRunMs = 60_000

/** The last sign of liveness: the lease's, or that of a run that took no lease or came after it. */
export function livenessOf({lease, runs}: JobRecords, clocks: Clocks): Liveness {
  const run = runs.findLast(({outcome}) => outcome !== 'skipped')
  const own = lease && leaseLiveness(lease, clocks)
  const runOfLease = lease && run && Math.abs(run.startedAt - lease.claimedAt) <= sameRunMs ? run : undefined
  if (own && runOfLease) return withRunEnd(own, runOfLease, clocks)
  if (own && !(lease && run && run.startedAt > lease.claimedAt)) return own
  return run ? runLiveness(run, clocks) : {is: 'never-seen'}
}

function leaseLiveness(lease: Lease, clocks: Clocks): Liveness {
  const {uptime, nowUptimeMs} = clocks
  const {boot, seenAt, ttlMs} = lease
  const renewedUptimeMs = uptimeAt(uptime, {at: seenAt, mono: lease.expiresMono - ttlMs, boot}, nowUptimeMs)
  const startedUptimeMs = uptimeAt(uptime, {at: lease.claimedAt, mono: lease.claimedMono, boot}, nowUptimeMs)
  const state = leaseState(lease, clocks.now)
  if (state === 'held') return {is: 'running', startedUptimeMs, seenUptimeMs: renewedUptimeMs}
  if (lease.released) {
    const {at, mono} = lease.released
    const released = uptimeAt(uptime, mono === undefined ? {at} : {at, mono, boot}, nowUptimeMs)
    const seenUptimeMs = Math.max(renewedUptimeMs, Math.min(released, renewedUptimeMs + ttlMs))
    const trouble = lease.released.status === 'error' ? (lease.released.detail ?? 'with an error') : undefined
    return {is: 'ended', startedUptimeMs, seenUptimeMs, trouble}
  }
  const rebootUptimeMs = isOfPastBoot(lease, clocks) ? uptimeAtReboot(lease, clocks) : undefined
  if (rebootUptimeMs === undefined || renewedUptimeMs + ttlMs <= rebootUptimeMs) {
    return {is: 'expired', startedUptimeMs, seenUptimeMs: renewedUptimeMs}
  }
  return {is: 'ended', startedUptimeMs, seenUptimeMs: rebootUptimeMs, trouble: 'ended by a reboot'}
}

/** On this host nothing outlives the boot; it is over, but nobody let it end. */
function isOfPastBoot(lease: Lease, {now}: Clocks): boolean {
  return lease.host === now.host && lease.boot !== now.boot
}

/**
 * The reboot ended a run that still held its lease; one that had lost it before is as dead afterwards. Boots since then
 * are no sign of the job. Of a boot that nobody noted, the end of it is taken to be the beginning of this one.
 */
function uptimeAtReboot({boot}: Lease, {now, nowUptimeMs, uptime}: Clocks): number {
  return endOfBoot(uptime, boot) ?? nowUptimeMs - now.mono
}

/** The run's records may know more than the lease: how it ended, or that it ended though nobody gave the lease back. */
function withRunEnd(liveness: Liveness, run: Run, {uptime, nowUptimeMs}: Clocks): Liveness {
  // When an interruption was found says nothing about when it was.
  if (liveness.is === 'never-seen' || run.endedAt === undefined || run.outcome === 'interrupted') return liveness
  const trouble = troubleOf(run)
  if (liveness.is === 'ended') return {...givenUpOf(run), ...liveness, trouble: liveness.trouble ?? trouble}
  if (liveness.is === 'running') return liveness
  const endedUptimeMs = Math.max(liveness.seenUptimeMs, uptimeAt(uptime, {at: run.endedAt}, nowUptimeMs))
  return {
    is: 'ended',
    startedUptimeMs: liveness.startedUptimeMs,
    seenUptimeMs: endedUptimeMs,
    trouble,
    ...givenUpOf(run),
  }
}

function runLiveness(run: Run, clocks: Clocks): Liveness {
  const {uptime, nowUptimeMs} = clocks
  const startedUptimeMs = uptimeAt(uptime, {at: run.startedAt}, nowUptimeMs)
  if (goesOn(run, clocks)) return {is: 'running-unleased', startedUptimeMs, seenUptimeMs: nowUptimeMs}
  const isEnded = run.endedAt !== undefined && run.outcome !== 'interrupted'
  const seenUptimeMs = isEnded ? uptimeAt(uptime, {at: run.endedAt ?? 0}, nowUptimeMs) : startedUptimeMs
  return {
    is: 'ended',
    startedUptimeMs,
    seenUptimeMs,
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
export function skippedOf({runs}: JobRecords, {uptime, nowUptimeMs}: Clocks): JobFacts['skipped'] {
  const last = runs.at(-1)
  if (last?.outcome !== 'skipped') return undefined
  return {uptimeMs: uptimeAt(uptime, {at: last.startedAt}, nowUptimeMs), reason: last.detail ?? 'no reason was given'}
}
