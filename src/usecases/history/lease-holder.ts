import type {Lease} from '../../domain/lease/lease.js'
import type {HolderStatus, LeaseHolder, OrphanedJob, RunHolder} from '../../domain/run/interrupted-run.js'
import type {LivingProcess} from '../../system/process/holder-liveness.js'

export type FindLivingProcess = (holder: RunHolder) => Promise<LivingProcess>

const statusOf: Readonly<Record<LivingProcess, HolderStatus>> = {
  guard: 'alive',
  job: 'alive',
  'orphaned-job': 'alive',
  none: 'gone',
  unknown: 'unknown',
}

export function holderStatus(living: LivingProcess): HolderStatus {
  return statusOf[living]
}

/** Checks whether the processes of a lease are still running; a released lease is not checked. */
export async function leaseHolder(livingProcessOf: FindLivingProcess, lease: Lease): Promise<LeaseHolder> {
  return {lease, status: lease.released ? 'unknown' : holderStatus(await livingProcessOf(lease))}
}

/** @returns undefined if the lease is given back, or its guard may be alive, or its job is not */
export async function orphanedJob(
  livingProcessOf: FindLivingProcess,
  lease: Lease | undefined,
): Promise<OrphanedJob | undefined> {
  if (!lease || lease.released || (await livingProcessOf(lease)) !== 'orphaned-job') return undefined
  return {pid: lease.jobProcess?.pid}
}
