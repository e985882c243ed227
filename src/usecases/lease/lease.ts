import type {BootRef, ProcessRef} from '../../domain/clock/process-ref.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import {isWithinTtl, type Lease, type Leases, leaseState} from '../../domain/lease/lease.js'
import type {HolderSettings} from '../../domain/lease/settings-round.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import type {LivingProcess} from '../../system/process/holder-liveness.js'

export interface LeaseDeps {
  readonly clock: Clock
  readonly leases: Journal<Leases>
  readonly here: BootRef
  /** Which process of a lease is still running. */
  readonly livingProcessOf: (lease: Lease) => Promise<LivingProcess>
  /** The highest token on record outside the journal of the leases. @returns undefined if none is above theirs */
  readonly lostToken: (leases: Leases) => number | undefined
}

export interface LeaseRequest {
  readonly job: string
  readonly holder: string
  readonly ttlMs: number
  /** The lease is free as soon as this process is gone; without it only the time frees it. */
  readonly process: ProcessRef | undefined
  /** By which settings it works; undefined if that says nothing. */
  readonly settings?: HolderSettings
  /** How long to wait for a lease that is held; 0 for not at all. */
  readonly waitMs: number
  /** Ends the wait for its holder early: the process that would get the lease may have died meanwhile. */
  readonly isWanted?: (heldBy: Lease) => boolean
  /** What the caller can do if it is held, one sentence each. */
  readonly hints?: readonly string[]
}

type Tried = {readonly granted: Lease} | {readonly heldBy: Lease}

/** Claims the lease once, if it is free; of several claims the first line of the journal counts. */
export async function tryLease(deps: LeaseDeps, request: LeaseRequest): Promise<Tried> {
  const {job, holder, ttlMs, process, settings} = request
  const leases = deps.leases.read()
  const present = leases.byJob.get(job)
  const living = present && !present.released ? await deps.livingProcessOf(present) : 'none'
  if (present && isHeld(deps, present, living)) return {heldBy: present}

  const before = deps.clock.mono()
  const over = present && living === 'none' ? {over: present.claimId} : {}
  const above = deps.lostToken(leases)
  const more = {...(process && {process}), ...settings, ...over, ...(above !== undefined && {above})}
  const claim = {kind: 'claimed', job, holder, ttlMs, ...more}
  const {record, state} = deps.leases.append(claim, 'durable')
  const lease = state.byJob.get(job)
  if (!lease) throw new GuardError('internal', `the lease of ${job} vanished from the journal`)
  if (lease.claimId !== record.id) return {heldBy: lease}
  if (deps.clock.mono() - before < ttlMs) return {granted: lease}
  // If this process was stopped after its claim, the lease may have expired and be held by another.
  const renewed = deps.leases.append({kind: 'renewed', job, token: lease.token, claim: lease.claimId}, 'buffered')
  return renewed.verdict === 'ok' ? {granted: renewed.state.byJob.get(job) ?? lease} : tryLease(deps, request)
}

/** A job that outlived its guard holds its lease past the time, so that no second copy starts beside it. */
function isHeld(deps: LeaseDeps, lease: Lease, living: LivingProcess): boolean {
  if (lease.released || living === 'none') return false
  const now = clockReading(deps)
  if (living === 'job' || living === 'orphaned-job') return true
  return living === 'guard' ? isWithinTtl(lease, now) : leaseState(lease, now) === 'held'
}

export function clockReading({clock, here}: Pick<LeaseDeps, 'clock' | 'here'>): ClockReading {
  return {...here, at: clock.now(), mono: clock.mono()}
}
