import type {BootRef} from '../../domain/clock/process-ref.js'
import type {RunHolder} from '../../domain/run/interrupted-run.js'
import {hasOwnProc} from '../host/namespaces.js'
import {processState} from './identity.js'

/** `orphaned-job`: the job, whose guard is provably gone, so that nobody keeps its time limit or sees how it ends. */
export type LivingProcess = 'guard' | 'job' | 'orphaned-job' | 'none' | 'unknown'

/**
 * Which process of a lease is still alive. Between the start of a job and the record of its pid, the job can only be
 * found by its environment, so that is searched if no job process is recorded.
 */
export async function livingProcessOf(lease: RunHolder, here: BootRef): Promise<LivingProcess> {
  const guard = lease.process && processState(lease.process, lease, here)
  const job = lease.jobProcess && processState(lease.jobProcess, lease, here)
  if (job === 'alive') return guard === 'gone' ? 'orphaned-job' : 'job'
  if (guard === 'alive') return 'guard'
  if (guard === 'unknown' || job === 'unknown' || (!guard && !job)) return 'unknown'
  if (job) return 'none'
  if (process.platform === 'linux' && !hasOwnProc()) return 'unknown'
  const {membersOf} = await import('./job-members.js')
  return membersOf({pid: undefined, runId: lease.holder, cgroup: undefined}).length > 0 ? 'orphaned-job' : 'none'
}
