import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {GuardError} from '../../errors.js'
import {readBootRef, readHostName} from '../../system/host/host.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {identifyProcess, isHidden} from '../../system/process/identity.js'
import type {LeaseDeps} from '../../usecases/lease/lease.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../stderr.js'

/** What the use cases of leases need. */
export function wireLease(guard: Guard): LeaseDeps {
  const here = readBootRef()
  return {clock: guard.clock, leases: guard.leases(), here, livingProcessOf: (lease) => livingProcessOf(lease, here)}
}

/** The holder's name if none is given: the process that the lease belongs to, else the one that called guard. */
export function holderName(owner: ProcessRef | undefined): string {
  return `${readHostName()}:${owner?.pid ?? process.ppid}`
}

/** @returns undefined, and warns, if the process cannot be identified. Throws GuardError `usage` if there is none */
export function runningProcess(pid: number): ProcessRef | undefined {
  const found = identifyProcess(pid)
  if (found) return found
  if (isHidden(pid)) {
    printWarning(`/proc does not show process ${pid}, so its end does not free the lease; the ttl does`)
    return undefined
  }
  throw new GuardError('usage', `there is no process ${pid}`, ['name one that runs: --pid $$'])
}

/** Whether a process that `runningProcess` found has not ended since. */
export function stillRuns(found: ProcessRef): boolean {
  return identifyProcess(found.pid)?.start === found.start
}
