import {type Lease, leaseState} from '../../domain/lease/lease.js'
import {GuardError} from '../../errors.js'
import {clockReading, type LeaseDeps} from './lease.js'

/** A lease, named by a process that may hold it. */
interface LeaseClaim {
  readonly job: string
  readonly token: number
  /** Without it the token alone is compared. A journal that begins anew gives the same tokens again, for other claims. */
  readonly claimId?: string
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
export function releaseLease(deps: LeaseDeps, {status, detail, ...claim}: ReleaseRequest): Lease {
  const lease = deps.leases.read().byJob.get(claim.job)
  if (lease?.released && isOf(lease, claim)) return lease
  return write(deps, claim, {kind: 'released', status, ...(detail !== undefined && {detail})})
}

/** Throws GuardError `fenced` unless the token is that of the present holder, and its time has not passed. */
export function checkLease(deps: LeaseDeps, claim: LeaseClaim): Lease {
  const lease = ownLease(deps, claim)
  if (leaseState(lease, clockReading(deps)) === 'held') return lease
  throw new GuardError('fenced', `the lease of ${claim.job} with token ${claim.token} has expired`, [
    `unless another holder has it, it can still be renewed: guard lease renew ${claim.job} --token ${claim.token}`,
  ])
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
  if (!lease || !isOf(lease, claim) || lease.released) throw fenced(claim, lease)
  return lease
}

function isOf(lease: Lease, {token, claimId = lease.claimId}: LeaseClaim): boolean {
  return lease.token === token && lease.claimId === claimId
}

function fenced(claim: LeaseClaim, lease: Lease | undefined): GuardError {
  const {job, token} = claim
  const why = !lease
    ? 'no lease of it is known'
    : isOf(lease, claim)
      ? 'it was released'
      : `${lease.holder} has token ${lease.token}${lease.token === token ? ' of another claim' : ''}`
  return new GuardError('fenced', `token ${token} does not hold the lease of ${job}: ${why}`, [
    'stop what this token protects, then take a new lease: guard lease acquire',
  ])
}
