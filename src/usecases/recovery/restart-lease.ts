import type {Lease} from '../../domain/lease/lease.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import {GuardError} from '../../errors.js'
import {type LeaseDeps, type LeaseRequest, tryLease} from '../lease/lease.js'

/**
 * Jobs that need the same service fail together, and each would restart it while the others use it. So a restart is done
 * under a lease of the service, and a run that waited for the lease learns what the run before it has done.
 */
export type RestartLease =
  | {readonly is: 'free'}
  /** Another run has restarted it since this recovery began. */
  | {readonly is: 'restarted'; readonly by: string}
  /** Another run restarts it, for longer than a restart can take, or guard was asked to end during the wait. */
  | {readonly is: 'busy'; readonly reason: string}

/** Does the work under the lease of the service, and releases the lease with how it ended. */
export type WithRestartLease = <R extends {readonly ok: boolean}>(
  service: string,
  limits: RestartTimes,
  work: (lease: RestartLease) => Promise<R>,
) => Promise<R>

type RestartTimes = Pick<ServiceSettings, 'timeoutMs' | 'upWithinMs' | 'stayUpMs'>

export interface RestartLeaseDeps extends LeaseDeps {
  readonly holder: Pick<LeaseRequest, 'holder' | 'process'>
  /** guard was asked to end: nothing is waited for. */
  readonly signal: AbortSignal
  readonly warn: (text: string) => void
}

const prefix = 'guard-service:'
const pollMs = 250

/** The lease of a service; its name is a job's name too. */
export function serviceLease(service: string): string {
  return `${prefix}${service}`.slice(0, 128)
}

/** Opens the restart leases of a recovery that begins now. A service is restarted even if the journal cannot be written. */
export function openRestartLeases(deps: RestartLeaseDeps): WithRestartLease {
  const before = knownServices(deps)
  return async (service, times, work) => {
    const taken = before && (await take(deps, serviceLease(service), longestRestartMs(times)))
    if (!taken) return work({is: 'free'})
    if ('heldBy' in taken) return work({is: 'busy', reason: whyBusy(taken.heldBy)})
    const {granted, last} = taken
    let status: 'ok' | 'error' = 'error'
    try {
      const result = await work(leaseAfter(deps, last, before.get(granted.job)))
      if (result.ok) status = 'ok'
      return result
    } finally {
      const {job, token, claimId: claim} = granted
      guarded(deps, () => deps.leases.append({kind: 'released', job, token, claim, status}, 'buffered'))
    }
  }
}

/** The services' leases as the recovery found them. */
function knownServices(deps: RestartLeaseDeps): ReadonlyMap<string, Lease> | undefined {
  return guarded(deps, () => new Map([...deps.leases.read().byJob].filter(([name]) => name.startsWith(prefix))))
}

/** The longest time of a restart: the check before it, the restart, the checks until it is up, and those that it stays up. */
function longestRestartMs({timeoutMs, upWithinMs, stayUpMs}: RestartTimes): number {
  return 5 * timeoutMs + upWithinMs + stayUpMs
}

type Taken = {readonly granted: Lease; readonly last: Lease | undefined} | {readonly heldBy: Lease}

/** @returns undefined if the journal cannot be written: the restart is then done without a lease */
async function take(deps: RestartLeaseDeps, job: string, ttlMs: number): Promise<Taken | undefined> {
  try {
    return await takeWithin(deps, {job, ttlMs, ...deps.holder, waitMs: ttlMs})
  } catch (error) {
    return warned(deps, error)
  }
}

async function takeWithin(deps: RestartLeaseDeps, request: LeaseRequest): Promise<Taken> {
  const {clock, leases, signal} = deps
  const deadline = clock.mono() + request.waitMs
  for (;;) {
    const last = leases.read().byJob.get(request.job)
    const tried = await tryLease(deps, request)
    if ('granted' in tried) return {granted: tried.granted, last}
    if (signal.aborted || clock.mono() >= deadline) return tried
    await clock.sleep(pollMs, signal)
  }
}

function leaseAfter({holder}: RestartLeaseDeps, last: Lease | undefined, before: Lease | undefined): RestartLease {
  const isOwn = last?.holder === holder.holder
  const isOld = last?.claimId === before?.claimId && before?.released !== undefined
  return last?.released?.status === 'ok' && !isOwn && !isOld ? {is: 'restarted', by: last.holder} : {is: 'free'}
}

function whyBusy({holder, process, job}: Lease): string {
  return `run ${holder}${process ? ` (pid ${process.pid})` : ''} is restarting it; see guard lease show ${job}`
}

function guarded<T>(deps: RestartLeaseDeps, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    return warned(deps, error)
  }
}

function warned({warn}: RestartLeaseDeps, error: unknown): undefined {
  if (!(error instanceof GuardError)) throw error
  warn(`services restart without a lease: ${error.message}`)
}
