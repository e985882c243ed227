import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {Leases} from '../../domain/lease/lease.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import {readBootId, readHostName} from '../../system/host/host.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {identifyProcess} from '../../system/process/identity.js'
import type {LeaseDeps} from '../../usecases/lease/lease.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../stderr.js'

/** What the stories about leases need of the world. */
export function wireLease(guard: Guard): LeaseDeps {
  const here = {host: readHostName(), boot: readBootId()}
  return {clock: guard.clock, leases: guard.leases(), here, survivorOf: (lease) => livingProcessOf(lease, here)}
}

/** The holder's name when none is given: the process that the lease belongs to, else the one that called guard. */
export function holderName(owner: ProcessRef | undefined): string {
  return `${readHostName()}:${owner?.pid ?? process.ppid}`
}

/** Throws GuardError `usage` when there is no such process. */
export function runningProcess(pid: number): ProcessRef {
  const found = identifyProcess(pid)
  if (found) return found
  throw new GuardError('usage', `there is no process ${pid}`, ['name one that runs: --pid $$'])
}

/** Whether a process that `runningProcess` found has not ended since. */
export function stillRuns(found: ProcessRef): boolean {
  return identifyProcess(found.pid)?.start === found.start
}

/** Puts the files in order after the word was given; a disk that is full then takes nothing of it back. */
export function tidyLeases(leases: Journal<Leases>): void {
  try {
    leases.compactIfDue()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    printWarning(`the leases were not compacted: ${error.message}`)
  }
}
