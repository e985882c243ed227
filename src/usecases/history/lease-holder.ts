import type {Lease} from '../../domain/lease/lease.js'
import type {HolderStatus, LeaseHolder} from '../../domain/run/interrupted-run.js'
import type {LivingProcess} from '../../system/process/holder-liveness.js'

export type SurvivorOf = (lease: Lease) => Promise<LivingProcess>

const lives: Readonly<Record<LivingProcess, HolderStatus>> = {
  guard: 'alive',
  job: 'alive',
  none: 'gone',
  unknown: 'unknown',
}

/** Looks whether the processes of a lease still live; of one that was given back nobody asks. */
export async function leaseHolder(survivorOf: SurvivorOf, lease: Lease): Promise<LeaseHolder> {
  return {lease, life: lease.released ? 'unknown' : lives[await survivorOf(lease)]}
}
