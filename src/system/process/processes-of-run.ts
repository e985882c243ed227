import {existsSync, readdirSync, readFileSync} from 'node:fs'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {identifyProcess} from './identity.js'

/**
 * Every process whose environment carries the run's id: the job's, wherever they have moved to, as long as they kept
 * the environment that they were started with. Processes that may not be looked into are not ours to signal.
 */
export function processesOfRun(runId: string): readonly ProcessRef[] {
  const mark = Buffer.from(`GUARD_RUN_ID=${runId}\0`)
  const found: ProcessRef[] = []
  for (const pid of numbersOfProcesses()) {
    if (pid === process.pid || !environmentHas(pid, mark)) continue
    const ref = identifyProcess(pid)
    if (ref) found.push(ref)
  }
  return found
}

/** None on a system without /proc: there a job's group alone is known. */
function numbersOfProcesses(): readonly number[] {
  return existsSync('/proc/self') ? readdirSync('/proc').map(Number).filter(Number.isInteger) : []
}

function environmentHas(pid: number, mark: Buffer): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`)
    const at = environment.indexOf(mark)
    return at === 0 || (at > 0 && environment[at - 1] === 0)
  } catch {
    // It has ended, or belongs to another user.
    return false
  }
}

/** Signals a process if its number still means that very process. */
export function signalProcess(ref: ProcessRef, signal: NodeJS.Signals): void {
  if (identifyProcess(ref.pid)?.start !== ref.start) return
  try {
    process.kill(ref.pid, signal)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
