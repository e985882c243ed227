import {type Lease, leaseRemainingMs} from '../../domain/lease/lease.js'
import {type LeaseReport, reportLease} from '../../domain/lease/report.js'
import {GuardError} from '../../errors.js'
import {clockReading, type LeaseDeps, type LeaseRequest, tryLease} from './lease.js'

const pollMs = 250

/** Takes the lease of a job. Throws GuardError `busy` with the holder's lease if it is not free before the wait ends. */
export async function acquireLease(deps: LeaseDeps, request: LeaseRequest): Promise<Lease> {
  const deadline = deps.clock.mono() + request.waitMs
  for (;;) {
    const tried = await tryLease(deps, request)
    if ('granted' in tried) return tried.granted
    const {heldBy} = tried
    const restMs = deadline - deps.clock.mono()
    if (restMs <= 0) throw busy(deps, heldBy, request)
    await deps.clock.sleep(Math.min(pollMs, restMs))
    if (request.isWanted?.(heldBy) === false) throw busy(deps, heldBy, request)
  }
}

/** Every job of which a lease is known, by name. */
export async function listLeases(
  deps: Pick<LeaseDeps, 'clock' | 'leases' | 'here' | 'livingProcessOf'>,
): Promise<readonly LeaseReport[]> {
  const now = clockReading(deps)
  const reports = [...deps.leases.read().byJob.values()].map(async (lease) =>
    reportLease(lease, now, await isAbandoned(deps, lease)),
  )
  return (await Promise.all(reports)).sort((a, b) => (a.job < b.job ? -1 : 1))
}

/** Whether nothing that is known of the holder lives, though the lease was not given back. */
export async function isAbandoned(
  {livingProcessOf}: Pick<LeaseDeps, 'livingProcessOf'>,
  lease: Lease,
): Promise<boolean> {
  return !lease.released && (await livingProcessOf(lease)) === 'none'
}

function busy(deps: LeaseDeps, lease: Lease, {hints = []}: LeaseRequest): GuardError {
  const report = reportLease(lease, clockReading(deps))
  const restS = Math.ceil(leaseRemainingMs(lease, clockReading(deps)) / 1000)
  const until = restS > 0 ? `for ${restS} s more` : 'by its job, which still runs'
  return new GuardError(
    'busy',
    `the lease of ${lease.job} is held by ${lease.holder} ${until} (token ${lease.token})`,
    [`see the holder: guard lease show ${lease.job}`, ...hints],
    {details: {lease: report}},
  )
}
