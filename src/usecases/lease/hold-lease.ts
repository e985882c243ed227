import {type Lease, renewalTimes} from '../../domain/lease/lease.js'
import {GuardError} from '../../errors.js'
import {acquireLease} from './acquire-lease.js'
import {releaseLease, renewLease} from './held-lease.js'
import type {LeaseDeps, LeaseRequest} from './lease.js'

export interface HoldDeps extends LeaseDeps {
  /** Calls `work` once after so many milliseconds; it keeps no process alive. */
  readonly callAfter: (ms: number, work: () => void) => void
  /** Called once, if another holder has the lease, or if it could not be renewed for two thirds of its ttl. */
  readonly onLost?: (reason: GuardError) => void
}

/**
 * Works under a lease and renews it every third of its ttl. Throws GuardError `busy`, `fenced`, and what the work throws.
 */
export async function holdLease<T>(
  deps: HoldDeps,
  request: LeaseRequest,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await acquireLease(deps, request)
  const hold = {is: 'held'} as Hold
  renewOn(deps, lease, hold)
  const release = (status: 'ok' | 'error') => {
    const isLost = hold.is === 'lost'
    hold.is = 'over'
    if (!isLost) releaseLease(deps, {...lease, status, detail: undefined})
  }
  try {
    const result = await work(lease)
    release('ok')
    return result
  } catch (error) {
    try {
      if (hold.is !== 'over') release('error')
    } catch {
      // The error of the work says more than that of the release; the lease then expires.
    }
    throw error
  }
}

interface Hold {
  is: 'held' | 'lost' | 'over'
}

function renewOn(deps: HoldDeps, lease: Lease, hold: Hold): void {
  const {everyMs, giveUpMs} = renewalTimes(lease.ttlMs)
  let renewedAt = deps.clock.mono()
  const turn = () => {
    if (hold.is !== 'held') return
    const before = deps.clock.mono()
    const failure = tryRenewal(deps, lease)
    if (!failure) renewedAt = before
    else if (failure.kind === 'fenced' || deps.clock.mono() - renewedAt >= giveUpMs) {
      hold.is = 'lost'
      deps.onLost?.(failure)
      return
    }
    deps.callAfter(everyMs, turn)
  }
  deps.callAfter(everyMs, turn)
}

/** If the journal cannot be written (a full disk), the next turn tries again while the lease lasts. */
function tryRenewal(deps: LeaseDeps, lease: Lease): GuardError | undefined {
  try {
    renewLease(deps, lease)
    return undefined
  } catch (error) {
    if (error instanceof GuardError) return error
    throw error
  }
}
