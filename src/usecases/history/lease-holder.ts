import type {Lease} from '../../domain/lease/lease.js'
import type {HolderStatus, LeaseHolder, RunHolder} from '../../domain/run/interrupted-run.js'
import type {LivingProcess} from '../../system/process/holder-liveness.js'

export type FindLivingProcess = (holder: RunHolder) => Promise<LivingProcess>

const statusOf: Readonly<Record<LivingProcess, HolderStatus>> = {
  guard: 'alive',
  job: 'alive',
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
