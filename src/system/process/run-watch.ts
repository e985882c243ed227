import type {BootRef, ProcessRef} from '../../domain/clock/process-ref.js'
import type {RunHolder} from '../../domain/run/interrupted-run.js'
import {identifyProcess, processState} from './identity.js'
import {membersOf} from './job-members.js'

/**
 * Whether a run goes on, for one who asks again and again: /proc is searched only where the processes that are known have
 * ended, and the job is not on record.
 */
export function runWatch(run: RunHolder, here: BootRef): () => boolean {
  const isAlive = (ref: ProcessRef | undefined, seen: BootRef) =>
    ref !== undefined && processState(ref, seen, here) === 'alive'
  let members: readonly ProcessRef[] = []
  return () => {
    if (isAlive(run.process, run) || isAlive(run.jobProcess, run)) return true
    if (run.jobProcess) return false
    if (members.some((ref) => isAlive(ref, here))) return true
    const found = membersOf({pid: undefined, runId: run.holder, cgroup: undefined})
    members = found.flatMap(({pid}) => identifyProcess(pid) ?? [])
    return members.length > 0
  }
}
