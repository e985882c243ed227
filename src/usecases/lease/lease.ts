import type {BootRef, ProcessRef} from '../../domain/clock/process-ref.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import {isWithinTtl, type Lease, type Leases, leaseRemainingMs, leaseState} from '../../domain/lease/lease.js'
import {type LeaseReport, reportLease} from '../../domain/lease/report.js'
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
  /** How long to wait for a lease that is held; 0 for not at all. */
  readonly waitMs: number
  /** Ends the wait early: the process that would get the lease may have died meanwhile. */
  readonly isWanted?: () => boolean
}

/** A lease, named by a process that may hold it. */
interface LeaseClaim {
  readonly job: string
  readonly token: number
}

const pollMs = 250

/** Takes the lease of a job. Throws GuardError `busy` with the holder's lease if it is not free before the wait ends. */
export async function acquireLease(deps: LeaseDeps, request: LeaseRequest): Promise<Lease> {
  const deadline = deps.clock.mono() + request.waitMs
  for (;;) {
    const tried = await tryLease(deps, request)
    if ('granted' in tried) return tried.granted
    const restMs = deadline - deps.clock.mono()
    if (restMs <= 0) throw busy(deps, tried.heldBy)
    await deps.clock.sleep(Math.min(pollMs, restMs))
    if (request.isWanted?.() === false) throw busy(deps, tried.heldBy)
  }
}

/** Keeps the lease for another ttl. Throws GuardError `fenced`. */
export function renewLease(deps: LeaseDeps, claim: LeaseClaim): Lease {
  return write(deps, claim, {kind: 'renewed'})
}

interface ReleaseRequest extends LeaseClaim {
  readonly status: 'ok' | 'error'
  readonly detail: string | undefined
}

/** Gives the lease back; a second call changes nothing. Throws GuardError `fenced`. */
export function releaseLease(deps: LeaseDeps, {job, token, status, detail}: ReleaseRequest): Lease {
  const lease = deps.leases.read().byJob.get(job)
  if (lease?.released && lease.token === token) return lease
  return write(deps, {job, token}, {kind: 'released', status, ...(detail !== undefined && {detail})})
}

/** Throws GuardError `fenced` unless the token is that of the present holder, and its time has not passed. */
export function checkLease(deps: LeaseDeps, claim: LeaseClaim): Lease {
  const lease = ownLease(deps, claim)
  if (leaseState(lease, clockReading(deps)) === 'held') return lease
  throw new GuardError('fenced', `the lease of ${claim.job} with token ${claim.token} has expired`, [
    `unless another holder has it, it can still be renewed: guard lease renew ${claim.job} --token ${claim.token}`,
  ])
}

/** Every job of which a lease is known, by name. */
export function listLeases(deps: Pick<LeaseDeps, 'clock' | 'leases' | 'here'>): readonly LeaseReport[] {
  const now = clockReading(deps)
  const reports = [...deps.leases.read().byJob.values()].map((lease) => reportLease(lease, now))
  return reports.sort((a, b) => (a.job < b.job ? -1 : 1))
}

type Tried = {readonly granted: Lease} | {readonly heldBy: Lease}

/** Claims the lease once, if it is free; of several claims the first line of the journal counts. */
export async function tryLease(deps: LeaseDeps, request: LeaseRequest): Promise<Tried> {
  const {job, holder, ttlMs, process} = request
  const leases = deps.leases.read()
  const present = leases.byJob.get(job)
  const living = present && !present.released ? await deps.livingProcessOf(present) : 'none'
  if (present && isHeld(deps, present, living)) return {heldBy: present}

  const before = deps.clock.mono()
  const over = present && living === 'none' ? {over: present.claimId} : {}
  const above = deps.lostToken(leases)
  const more = {...(process && {process}), ...over, ...(above !== undefined && {above})}
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
  return living === 'job' || (living === 'guard' ? isWithinTtl(lease, now) : leaseState(lease, now) === 'held')
}

function write(
  deps: LeaseDeps,
  claim: LeaseClaim,
  entry: {readonly kind: string; readonly [field: string]: unknown},
): Lease {
  const {job, token, claimId} = ownLease(deps, claim)
  const {verdict, state} = deps.leases.append({...entry, job, token, claim: claimId}, 'buffered')
  const lease = state.byJob.get(job)
  if (verdict === 'void' || !lease) throw fenced(claim, lease)
  return lease
}

function ownLease(deps: Pick<LeaseDeps, 'leases'>, claim: LeaseClaim): Lease {
  const lease = deps.leases.read().byJob.get(claim.job)
  if (!lease || lease.token !== claim.token || lease.released) throw fenced(claim, lease)
  return lease
}

function clockReading({clock, here}: Pick<LeaseDeps, 'clock' | 'here'>): ClockReading {
  return {...here, at: clock.now(), mono: clock.mono()}
}

function busy(deps: LeaseDeps, lease: Lease): GuardError {
  const report = reportLease(lease, clockReading(deps))
  const restS = Math.ceil(leaseRemainingMs(lease, clockReading(deps)) / 1000)
  const until = restS > 0 ? `for ${restS} s more` : 'by its job, which still runs'
  return new GuardError(
    'busy',
    `the lease of ${lease.job} is held by ${lease.holder} ${until} (token ${lease.token})`,
    [`see the holder: guard lease show ${lease.job}`, 'wait for it: --wait 30s'],
    {details: {lease: report}},
  )
}

function fenced({job, token}: LeaseClaim, lease: Lease | undefined): GuardError {
  const why = !lease
    ? 'no lease of it is known'
    : lease.token === token
      ? 'it was released'
      : `${lease.holder} has token ${lease.token}`
  return new GuardError('fenced', `token ${token} does not hold the lease of ${job}: ${why}`, [
    'stop what this token protects, then take a new lease: guard lease acquire',
  ])
}
