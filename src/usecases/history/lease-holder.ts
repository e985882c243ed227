import type {Lease} from '../../domain/lease/lease.js'
import type {HolderLife, LeaseSighting} from '../../domain/run/interrupted-run.js'
import type {Survivor} from '../../system/process/holder-liveness.js'

export type SurvivorOf = (lease: Lease) => Promise<Survivor>

const lives: Readonly<Record<Survivor, HolderLife>> = {guard: 'alive', job: 'alive', none: 'gone', unknown: 'unknown'}

/** Looks whether the processes of a lease still live; of one that was given back nobody asks. */
export async function seeLease(survivorOf: SurvivorOf, lease: Lease): Promise<LeaseSighting> {
  return {lease, life: lease.released ? 'unknown' : lives[await survivorOf(lease)]}
}
