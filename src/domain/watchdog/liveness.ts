import {type Clocks, endOfBoot, uptimeAt} from '../clock/uptime.js'
import {type Lease, leaseState} from '../lease/lease.js'
import {goodElsewhereSince, isEndOlder, type JobRuns} from '../run/job-runs.js'
import {hasTakenPlace, type Run} from '../run/run.js'
import type {JobFacts, Liveness} from './job-facts.js'

/** What the journals have of one job. */
export interface JobRecords {
  readonly lease: Lease | undefined
  readonly jobRuns: JobRuns | undefined
  /** The lease, if it is held and its processes are provably dead. */
  readonly deadLease: Lease | undefined
}

/** Claim and start of one run are written within this. Milliseconds. */
export const sameRunMs = 60_000

/** The last sign of liveness: the lease's, or that of a run that took no lease or came after it. */
export function livenessOf(records: JobRecords, clocks: Clocks): Liveness {
  const {jobRuns} = records
  const lease = isOfRefused(records) ? undefined : records.lease
  const beside = jobRuns?.runs.findLast((one) => goesOn(one, clocks) && (!lease || one.token === undefined))
  const run = jobRuns?.runs.findLast(hasTakenPlace)
  const own = lease && leaseLiveness(lease, records, clocks)
  if (beside && (!own || own.is === 'ended')) return runLiveness(beside, clocks)
  const runOfLease = lease && run && Math.abs(run.startedAt - lease.claimedAt) <= sameRunMs ? run : undefined
  if (own && runOfLease) return withRunEnd(own, runOfLease, clocks)
  if (own && !(lease && run && run.startedAt > lease.claimedAt)) return own
  return run ? runLiveness(run, clocks) : {is: 'never-seen'}
}

/**
 * Whether the lease is that of a run which was refused once it had it, as by a breaker: its job was not started. Of one that
 * another host of the fleet has, the refusal is a sign.
 */
function isOfRefused({lease, jobRuns}: JobRecords): boolean {
  const run = lease?.released && jobRuns?.runs.findLast(({id}) => id === lease.holder)
  return run !== undefined && run.by === undefined && !hasTakenPlace(run)
}

function leaseLiveness(lease: Lease, {deadLease}: JobRecords, clocks: Clocks): Liveness {
  const {uptime, nowUptimeMs} = clocks
  const {boot, seenAt, ttlMs} = lease
  const renewedUptimeMs = uptimeAt(uptime, {at: seenAt, mono: lease.expiresMono - ttlMs, boot}, nowUptimeMs)
  const startedUptimeMs = uptimeAt(uptime, {at: lease.claimedAt, mono: lease.claimedMono, boot}, nowUptimeMs)
  const expired = {is: 'expired', startedUptimeMs, seenUptimeMs: renewedUptimeMs} as const
  if (leaseState(lease, clocks.now) === 'held') {
    const isDead = deadLease?.claimId === lease.claimId
    return isDead ? {...expired, isDead} : {is: 'running', startedUptimeMs, seenUptimeMs: renewedUptimeMs}
  }
  if (lease.released) {
    const {at, mono} = lease.released
    const released = uptimeAt(uptime, mono === undefined ? {at} : {at, mono, boot}, nowUptimeMs)
    return {
      is: 'ended',
      startedUptimeMs,
      seenUptimeMs: Math.max(renewedUptimeMs, Math.min(released, renewedUptimeMs + ttlMs)),
    }
  }
  const rebootUptimeMs = isOfPastBootOfHost(lease, clocks) ? uptimeAtReboot(lease, clocks) : undefined
  if (rebootUptimeMs === undefined || renewedUptimeMs + ttlMs <= rebootUptimeMs) return {...expired, isDead: false}
  return {is: 'ended', startedUptimeMs, seenUptimeMs: rebootUptimeMs}
}

/** The answer frees no lease, so the name of the host is enough: in a container the machine is unknown. */
function isOfPastBootOfHost(lease: Lease, {now}: Clocks): boolean {
  return lease.host === now.host && lease.boot !== now.boot
}

/**
 * A reboot ended a run that still held its lease; one that had lost it before stays lost. Boots since then are no sign
 * of the job. A boot without a sample is taken to have ended when this one began.
 */
function uptimeAtReboot({boot}: Lease, {now, nowUptimeMs, uptime}: Clocks): number {
  return endOfBoot(uptime, boot) ?? nowUptimeMs - now.mono
}

/** The run's end may be on record though the lease was never released. */
function withRunEnd(liveness: Liveness, run: Run, {uptime, nowUptimeMs}: Clocks): Liveness {
  // When an interruption was found says nothing about when it was.
  if (liveness.is !== 'expired' || run.endedAt === undefined || run.outcome === 'interrupted') return liveness
  const endedUptimeMs = Math.max(liveness.seenUptimeMs, uptimeAt(uptime, {at: run.endedAt}, nowUptimeMs))
  return {is: 'ended', startedUptimeMs: liveness.startedUptimeMs, seenUptimeMs: endedUptimeMs}
}

function runLiveness(run: Run, clocks: Clocks): Liveness {
  const {uptime, nowUptimeMs} = clocks
  const startedUptimeMs = uptimeAt(uptime, {at: run.startedAt}, nowUptimeMs)
  if (goesOn(run, clocks)) return {is: 'running-unleased', startedUptimeMs, seenUptimeMs: nowUptimeMs}
  const isEnded = run.endedAt !== undefined && run.outcome !== 'interrupted'
  const seenUptimeMs = isEnded ? uptimeAt(uptime, {at: run.endedAt ?? 0}, nowUptimeMs) : startedUptimeMs
  return {is: 'ended', startedUptimeMs, seenUptimeMs}
}

/** A run of another boot or host counts as interrupted. */
function goesOn({outcome, owner}: Run, {now}: Clocks): boolean {
  return outcome === undefined && owner?.boot === now.boot && owner.host === now.host
}

/** The last run that was refused, unless one took place after it. */
export function skippedOf({jobRuns}: JobRecords, {uptime, nowUptimeMs}: Clocks): JobFacts['skipped'] {
  const last = jobRuns?.runs.at(-1)
  if (!last || hasTakenPlace(last)) return undefined
  const {startedAt: at, detail: reason = 'no reason was given', by} = last
  return {uptimeMs: uptimeAt(uptime, {at}, nowUptimeMs), reason, ...(by !== undefined && {byOtherHost: true})}
}

/**
 * When another host of the fleet ran the job well, later than this one ran it last, at the earliest; uptime clock.
 *
 * How long ago that was is a real time, of the store's clock: this host may have slept or been off meanwhile, which its
 * wall clock shows and its uptime does not, or its wall clock may have been set back. Of both answers the later one counts,
 * because the uptime never advances more than the real time does.
 *
 * @returns undefined if this host knows of no such run
 */
export function ranWellElsewhereAt({jobRuns}: JobRecords, {uptime, nowUptimeMs}: Clocks): number | undefined {
  const good = goodElsewhereSince(jobRuns)
  if (!good) return undefined
  const {seenAt, agoMs} = good
  const seenUptimeMs = uptimeAt(uptime, {at: seenAt}, nowUptimeMs)
  const byWall = Math.min(seenUptimeMs, uptimeAt(uptime, {at: seenAt - agoMs}, nowUptimeMs))
  const {lastEnd} = jobRuns ?? {}
  const after = lastEnd && jobRuns && isEndOlder(jobRuns) ? uptimeAt(uptime, lastEnd, nowUptimeMs) : byWall
  return Math.max(seenUptimeMs - agoMs, byWall, after)
}
