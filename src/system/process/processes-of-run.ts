import {readdirSync, readFileSync} from 'node:fs'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {hasOwnProc} from '../host/namespaces.js'
import {identifyProcess} from './identity.js'

/**
 * Every process whose environment contains the id of the run: the processes of the job, also in other process groups.
 * Processes of other users are left out, because guard could not signal them.
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

/** Empty without a /proc whose numbers are ours: then only the process group of a job is known. */
function numbersOfProcesses(): readonly number[] {
  return hasOwnProc() ? readdirSync('/proc').map(Number).filter(Number.isInteger) : []
}

function environmentHas(pid: number, mark: Buffer): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`)
    const at = environment.indexOf(mark)
    return at === 0 || (at > 0 && environment[at - 1] === 0)
  } catch {
    // The process has ended, or belongs to another user.
    return false
  }
}

/** Signals a process unless its pid was reused. */
export function signalProcess(ref: ProcessRef, signal: NodeJS.Signals): void {
  if (identifyProcess(ref.pid)?.start !== ref.start) return
  try {
    process.kill(ref.pid, signal)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
