import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {FleetLease} from '../../domain/fleet/lease.js'
import {type FleetLeaseReport, reportFleetLease} from '../../domain/fleet/report.js'
import {fleetStream} from '../../journal/failure-streams.js'
import type {FleetDeps} from '../../usecases/fleet/fleet-deps.js'
import {listFleetLeases, takeFleetLease} from '../../usecases/fleet/fleet-lease.js'
import {leaveDelivererOfNews} from '../alerts/leave-deliverer.js'
import type {Guard} from '../guard.js'
import {printWarning, warnOnce} from '../output/stderr.js'
import {wireFleet} from '../wire/fleet/fleet.js'
import {compactJournals} from './compact-journals.js'

/** Does what a holder asks for with a lease of the fleet. Rejects with GuardError `config`, and what the work rejects with. */
export async function withFleet(
  guard: Guard,
  work: (deps: FleetDeps) => Promise<FleetLease>,
): Promise<FleetLeaseReport> {
  const lease = await work(await fleetDeps(guard))
  compactJournals(guard.journal(fleetStream), guard.leases())
  return reportFleetLease(lease)
}

interface Wanted {
  readonly job: string
  readonly holder: string
  readonly ttlMs: number
  readonly waitMs: number
  readonly isWanted: () => boolean
}

/** Rejects with GuardError `busy`, `io`, `config`. */
export function acquireInFleet(
  guard: Guard,
  {waitMs, ...wanted}: Wanted,
  owner: ProcessRef | undefined,
): Promise<FleetLeaseReport> {
  if (owner)
    printWarning(`no other host sees the end of process ${owner.pid}: it does not free the lease, the ttl does`)
  return withFleet(guard, (deps) => takeFleetLease(deps, {...wanted, claimId: guard.newId(), patienceMs: waitMs}))
}

/** Every job that a host of the fleet has claimed, by name. Rejects with GuardError `io`, `config`. */
export async function leasesOfFleet(guard: Guard): Promise<readonly FleetLeaseReport[]> {
  return (await listFleetLeases(await fleetDeps(guard))).map(reportFleetLease)
}

function fleetDeps(guard: Guard): Promise<FleetDeps> {
  const machineLease = (job: string) => guard.leases().read().byJob.get(job)
  const onNews = () => leaveDelivererOfNews(guard)
  return wireFleet(guard, {usable: true, warn: warnOnce(printWarning), machineLease, onNews})
}
