import {type Lease, leaseState} from '../../domain/lease/lease.js'
import {GuardError} from '../../errors.js'
import {clockReading, type LeaseDeps} from './lease.js'

/** A lease, named by a process that may hold it. */
interface LeaseClaim {
  readonly job: string
  readonly token: number
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
