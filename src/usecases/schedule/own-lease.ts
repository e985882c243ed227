import type {Lease} from '../../domain/lease/lease.js'
import {schedulerLease} from '../../domain/watchdog/daemon-heartbeat.js'
import {GuardError} from '../../errors.js'
import {acquireLease} from '../lease/acquire-lease.js'
import {releaseLease, renewLease} from '../lease/held-lease.js'
import type {LeaseDeps, LeaseRequest} from '../lease/lease.js'

export interface OwnLease {
  /** Another one than before, once it was taken anew. */
  readonly current: () => Pick<Lease, 'claimId' | 'token'>
  /** Renews it when that is due. Throws GuardError `fenced` if another scheduler has it, `io` if the state is not there. */
  keep(): Promise<'held'>
  release(): void
}

interface OwnLeaseDeps extends LeaseDeps {
  /** Whether the state directory is there: without it nothing is known of the lease. */
  readonly isStateThere: () => boolean
}

/** Renewed every third of it. */
const ttlMs = 180_000

/** Takes the lease that says which scheduler runs. Throws GuardError `busy` with the holder's. */
export async function takeOwnLease(
  deps: OwnLeaseDeps,
  own: Pick<LeaseRequest, 'holder' | 'process' | 'hints'>,
): Promise<OwnLease> {
  const request = {...own, job: schedulerLease, ttlMs, waitMs: 0}
  let lease: Lease = await acquireLease(deps, request)
  let renewedMs = deps.clock.mono()
  return {
    current: () => lease,
    keep: async () => {
      if (!deps.isStateThere()) throw new GuardError('io', 'the state directory is gone')
      const present = deps.leases.read().byJob.get(schedulerLease)
      if (present && isClaimedAfter(present, lease)) throw anothers(present)
      const isOwn = present?.claimId === lease.claimId && !present.released
      if (isOwn && deps.clock.mono() - renewedMs < ttlMs / 3 - 1) return 'held'
      lease = await renewOrTake(deps, lease, request)
      renewedMs = deps.clock.mono()
      return 'held'
    },
    release: () => {
      releaseLease(deps, {...lease, status: 'ok', detail: undefined})
    },
  }
}

/** A later claim is that of a successor, to which the state directory belongs also once it has given the lease back. */
function isClaimedAfter(lease: Lease, own: Lease): boolean {
  if (lease.claimId === own.claimId) return false
  return lease.boot === own.boot ? lease.claimedMono > own.claimedMono : lease.claimedAt > own.claimedAt
}

function anothers({holder}: Lease): GuardError {
  return new GuardError('fenced', `the lease of the scheduler is another's: ${holder} claimed it later`)
}

/** A state directory that comes back empty, or older than it was, knows nothing of the lease: it is taken anew. */
async function renewOrTake(deps: OwnLeaseDeps, lease: Lease, request: LeaseRequest): Promise<Lease> {
  try {
    return renewLease(deps, lease)
  } catch (error) {
    if (!(error instanceof GuardError) || error.kind !== 'fenced') throw error
    try {
      return await acquireLease(deps, request)
    } catch (failure) {
      if (failure instanceof GuardError && failure.kind === 'busy') throw error
      throw failure
    }
  }
}
