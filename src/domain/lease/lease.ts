import {type BootRef, bootRefOf, isOfPastBoot, type ProcessRef, parseProcessRef} from '../clock/process-ref.js'
import type {ClockReading} from '../clock/reading.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import type {RawRecord} from '../journal/record.js'
import {type ClaimRecord, isClaimRecord, isLeaseRecord, type LeaseRecord} from './lease-record.js'
import {type HolderRounds, roundsAfter} from './settings-round.js'

/**
 * A lease is the right to run a job until a time.
 *
 * Nothing locks the journal of the leases: every contender appends a claim, and the order of the lines decides.
 * Every reader of the same lines sees the same holder, whatever its own clock says.
 *
 * - claimed: `holder`, `ttlMs`, `process?`, `jobProcess?`, `over?` (the claim whose holder is provably dead), `above?`
 *   (the highest token on record elsewhere, if this journal may have lost its own), `settingsFile?`, `lateAfterMs?`
 * - renewed: `claim`, `token`, `jobProcess?`
 * - released: `claim`, `token`, `status`, `detail?`, `unclosed?`, `end?`
 * - raised: `above` (a token that the job was given elsewhere, by the store of a fleet)
 *
 * All carry `job` and guard's stamp; without the stamp's clocks a record cannot be judged and is void.
 */
export interface Lease extends BootRef, HolderRounds {
  readonly job: string
  readonly holder: string
  /** Fencing token: one counter for the whole journal, so that no number is ever given twice. */
  readonly token: number
  readonly claimId: string
  readonly ttlMs: number
  /** Wall clock of the claim, ms. */
  readonly claimedAt: number
  /** Monotonic clock of `boot`, ms; unlike the wall clock it never jumps. */
  readonly claimedMono: number
  /** Time of its last record, wall clock, ms. */
  readonly seenAt: number
  /** The end of the lease on the wall clock, and on the monotonic clock of `boot`, ms. */
  readonly expiresAt: number
  readonly expiresMono: number
  /** The process that holds it; without one only the time frees the lease. */
  readonly process?: ProcessRef
  /** The job itself, which may outlive its holder. */
  readonly jobProcess?: ProcessRef
  readonly released?: Release
  /** How the job's last lease before this one was released; a job without runs on record has no other trace of it. */
  readonly formerEnd?: FormerEnd
}

export interface FormerEnd extends Release {
  readonly boot: string
}

interface Release {
  readonly at: number
  /** Monotonic clock of the lease's boot, ms; absent when it was released in another. */
  readonly mono?: number
  readonly status: LeaseStatus
  readonly detail?: string
  /** A run of the job may be over without an end on record: the next holder looks for it. */
  readonly unclosed?: true
  /** How its run ended, which could not be recorded: what the record of its end would say, and `run`, its id. */
  readonly end?: RawRecord
}

export type LeaseStatus = 'ok' | 'error'
export type LeaseState = 'held' | 'released' | 'expired'

export interface Leases {
  /** The highest token that was given; the next one is one more. */
  grants: number
  /** By job, in the order of their last records. */
  readonly byJob: Map<string, Lease>
}

/** How far two hosts' wall clocks may be apart before one takes the other's lease for expired. */
const clockAllowanceMs = 60_000

/** Ended leases of more jobs than this are forgotten, oldest first: a caller may use a new name for each build or request. */
const mostJobs = 20_000

export function leaseState(lease: Lease, now: ClockReading): LeaseState {
  if (lease.released) return 'released'
  return hasExpired(lease, now) ? 'expired' : 'held'
}

/** How long the lease still runs at `now`, ms; 0 once it has expired or was released. */
export function leaseRemainingMs(lease: Lease, now: ClockReading): number {
  if (leaseState(lease, now) !== 'held') return 0
  return lease.boot === now.boot ? lease.expiresMono - now.mono : lease.expiresAt + clockAllowanceMs - now.at
}

/** When to renew and when to stop trying, ms after the last renewal: the ratios of client-go's leader election. */
export function renewalTimes(ttlMs: number): {readonly everyMs: number; readonly giveUpMs: number} {
  return {everyMs: Math.ceil(ttlMs / 3), giveUpMs: Math.floor((ttlMs * 2) / 3)}
}

function hasExpired(lease: Lease, now: ClockReading): boolean {
  return isOfPastBoot(lease, now) || !isWithinTtl(lease, now)
}

/** Whether the time of the lease still runs, also if its boot is over. Clocks of one boot are the same clock. */
export function isWithinTtl(lease: Lease, now: ClockReading): boolean {
  if (lease.boot === now.boot) return now.mono < lease.expiresMono
  return now.at < lease.expiresAt + clockAllowanceMs
}

export const leaseFold: Fold<Leases> = {
  empty: () => ({grants: 0, byJob: new Map()}),
  apply: applyLease,
  save: saveLeases,
  restore: restoreLeases,
}

function applyLease(state: Leases, record: RawRecord): FoldVerdict {
  if (!isLeaseRecord(record)) return 'void'
  switch (record.kind) {
    case 'claimed':
      return applyClaim(state, record)
    case 'renewed':
      return applyRenewal(state, record)
    case 'released':
      return applyRelease(state, record)
    case 'raised':
      return applyRaise(state, record)
    default:
      return 'void'
  }
}

function applyRaise(state: Leases, {above}: LeaseRecord): FoldVerdict {
  if (!isToken(above) || above <= state.grants) return 'void'
  state.grants = above
  return 'ok'
}

function applyClaim(state: Leases, claim: LeaseRecord): FoldVerdict {
  if (!isClaimRecord(claim)) return 'void'
  const present = state.byJob.get(claim.job)
  // A writer that cannot know whether its claim was written repeats it.
  if (present?.claimId === claim.id) return 'ok'
  const isFree = !present || leaseState(present, claim) !== 'held' || claim['over'] === present.claimId
  if (!isFree) return 'void'
  const {above} = claim
  state.grants = Math.max(state.grants, isToken(above) ? above : 0) + 1
  putLease(state, grantedLease(claim, state.grants, present))
  forgetOne(state, claim)
  return 'ok'
}

/** The bound leaves room to count on, so that a wrong record cannot use up the numbers. */
export function isToken(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 52
}

function grantedLease(claim: ClaimRecord, token: number, present: Lease | undefined): Lease {
  const {job, holder, id: claimId, ttlMs, at, mono} = claim
  const claimed = {claimedAt: at, claimedMono: mono, seenAt: at, expiresAt: at + ttlMs, expiresMono: mono + ttlMs}
  const formerEnd = formerEndOf(present)
  const former = {...(formerEnd && {formerEnd}), ...roundsAfter(present, claim)}
  return withProcesses({job, holder, token, claimId, ttlMs, ...claimed, ...bootRefOf(claim), ...former}, claim)
}

/** A lease that was not released hides no earlier release. */
function formerEndOf(lease: Lease | undefined): FormerEnd | undefined {
  return lease?.released ? {...lease.released, boot: lease.boot} : lease?.formerEnd
}

function applyRenewal(state: Leases, record: LeaseRecord): FoldVerdict {
  const lease = ownLease(state, record)
  if (!lease) return 'void'
  const {at, mono, boot, host} = record
  const expiresAt = at + lease.ttlMs
  const expiresMono = mono + lease.ttlMs
  const renewed: Lease =
    lease.boot === boot
      ? {
          ...lease,
          host,
          seenAt: at,
          expiresAt: Math.max(lease.expiresAt, expiresAt),
          expiresMono: Math.max(lease.expiresMono, expiresMono),
        }
      : // After a reboot nothing that was known of the old processes holds.
        {...withoutProcesses(lease), ...bootRefOf(record), claimedMono: mono, seenAt: at, expiresAt, expiresMono}
  putLease(state, withProcesses(renewed, record))
  return 'ok'
}

function applyRelease(state: Leases, record: LeaseRecord): FoldVerdict {
  const lease = ownLease(state, record)
  const {at, mono, boot, status, detail, unclosed, end} = record
  if (!lease || (status !== 'ok' && status !== 'error')) return 'void'
  const more = {
    ...(typeof detail === 'string' && {detail}),
    ...(unclosed === true && ({unclosed} as const)),
    ...(typeof end === 'object' && end && {end: end as RawRecord}),
  }
  const released = {at, ...(boot === lease.boot && {mono}), status, ...more} as const
  // In this order because V8 is far slower at adding a field to a copy.
  putLease(state, {released, ...lease, seenAt: at})
  return 'ok'
}

/** The lease that the record's writer still holds. @returns undefined if a newer claim has fenced it */
function ownLease(state: Leases, {job, claim, token}: LeaseRecord): Lease | undefined {
  const lease = state.byJob.get(job)
  return lease && !lease.released && lease.claimId === claim && lease.token === token ? lease : undefined
}

/** Adds to a new lease the processes that a record names. */
function withProcesses(lease: {-readonly [Field in keyof Lease]: Lease[Field]}, named: LeaseRecord): Lease {
  const process = parseProcessRef(named['process'])
  const jobProcess = parseProcessRef(named['jobProcess'])
  if (process) lease.process = process
  if (jobProcess) lease.jobProcess = jobProcess
  return lease
}

function withoutProcesses({process: _, jobProcess: __, machine: ___, ...rest}: Lease): Lease {
  return rest
}

function putLease(state: Leases, lease: Lease): void {
  state.byJob.delete(lease.job)
  state.byJob.set(lease.job, lease)
}

/** Drops the job with the oldest record once there are too many, if its lease has ended by the clock of the line just read. */
function forgetOne(state: Leases, now: ClockReading): void {
  if (state.byJob.size <= mostJobs) return
  const [oldest] = state.byJob.values()
  if (oldest && leaseState(oldest, now) !== 'held') state.byJob.delete(oldest.job)
}

/** What a snapshot keeps: one object for each lease, in the order of their last changes. */
interface SavedLeases {
  readonly grants: number
  readonly leases: readonly Lease[]
}

function saveLeases({grants, byJob}: Leases): SavedLeases {
  return {grants, leases: [...byJob.values()]}
}

function restoreLeases(saved: unknown): Leases {
  const {grants, leases} = saved as SavedLeases
  return {grants, byJob: new Map(leases.map((lease) => [lease.job, lease]))}
}
