import type {BootRef} from '../../domain/clock/process-ref.js'
import type {Lease} from '../../domain/lease/lease.js'
import {processState} from './identity.js'

export type LivingProcess = 'guard' | 'job' | 'none' | 'unknown'

/** A run and the processes that were recorded of it. */
export type Holder = Pick<Lease, 'holder' | 'host' | 'boot' | 'process' | 'jobProcess'>

/**
 * Which process of a lease still lives. Between the start of a job and the record of its process only its
 * environment tells that it is there, so that is looked at when no job's process was recorded.
 */
export async function livingProcessOf(lease: Holder, here: BootRef): Promise<LivingProcess> {
  const guard = lease.process && processState(lease.process, lease, here)
  const job = lease.jobProcess && processState(lease.jobProcess, lease, here)
  if (job === 'alive') return 'job'
  if (guard === 'alive') return 'guard'
  if (guard === 'unknown' || job === 'unknown' || (!guard && !job)) return 'unknown'
  if (job) return 'none'
  const {processesOfRun} = await import('./processes-of-run.js')
  return processesOfRun(lease.holder).length > 0 ? 'job' : 'none'
}
