import {type Lease, renewalTimes} from '../domain/lease.js'
import {GuardError} from '../errors.js'
import {acquireLease, type LeaseDeps, type LeaseRequest, releaseLease, renewLease} from './lease.js'

/**
 * Works under a lease: renews it every third of its ttl, and aborts the work's signal once somebody else has it, or
 * once it could not be renewed for two thirds of the ttl. Throws GuardError `busy`, `fenced`, and what the work throws.
 */
export async function holdLease<T>(
  deps: LeaseDeps,
  request: LeaseRequest,
  work: (lease: Lease, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = await acquireLease(deps, request)
  const lost = new AbortController()
  const done = new AbortController()
  const renewing = renewUntil(deps, lease, {lost, done: done.signal})
  const release = async (status: 'ok' | 'error') => {
    done.abort()
    await renewing
    if (!lost.signal.aborted) releaseLease(deps, {...lease, status, detail: undefined})
  }
  try {
    const result = await work(lease, lost.signal)
    await release('ok')
    return result
  } catch (error) {
    // What the work died of says more than a release that fails as well; the lease then ends with its time.
    await release('error').catch(() => undefined)
    throw error
  }
}

interface Ends {
  readonly lost: AbortController
  readonly done: AbortSignal
}

async function renewUntil(deps: LeaseDeps, lease: Lease, {lost, done}: Ends): Promise<void> {
  const {everyMs, giveUpMs} = renewalTimes(lease.ttlMs)
  for (let renewedAt = deps.clock.mono(); ; ) {
    await deps.clock.sleep(everyMs, done)
    if (done.aborted) return
    const before = deps.clock.mono()
    const failure = tryRenewal(deps, lease)
    if (!failure) renewedAt = before
    else if (failure.kind === 'fenced' || deps.clock.mono() - renewedAt >= giveUpMs) return lost.abort(failure)
  }
}

/** A journal that cannot be written for a moment (a full disk) is tried again; the lease still runs. */
function tryRenewal(deps: LeaseDeps, lease: Lease): GuardError | undefined {
  try {
    renewLease(deps, lease)
    return undefined
  } catch (error) {
    if (error instanceof GuardError) return error
    throw error
  }
}
