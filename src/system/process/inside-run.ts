import type {BootRef, ProcessRef} from '../../domain/clock/process-ref.js'
import type {RunHolder} from '../../domain/run/interrupted-run.js'
import {identifyProcess} from './identity.js'
import {readStat} from './proc.js'

/** Whether this process runs inside a run: by its environment, or because the run's guard or job has started it. */
export function isInsideRun(run: RunHolder, here: BootRef): boolean {
  if (process.env['GUARD_RUN_ID'] === run.holder) return true
  if (run.host !== here.host || run.boot !== here.boot) return false
  return [run.process, run.jobProcess].some((ref) => ref !== undefined && isAncestor(ref))
}

/** Whether a process has started this one, also through others. false without /proc */
function isAncestor(ref: ProcessRef): boolean {
  for (let pid = process.ppid; pid > 0; pid = readStat(pid)?.parent ?? 0) {
    if (pid !== ref.pid) continue
    const found = identifyProcess(pid)
    return found?.start === ref.start && found.pidns === ref.pidns
  }
  return false
}
