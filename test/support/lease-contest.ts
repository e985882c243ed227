import {type Lease, leaseFold} from '../../src/domain/lease/lease.js'
import type {LivingProcess} from '../../src/system/process/holder-liveness.js'
import {acquireLease} from '../../src/usecases/lease/acquire-lease.js'
import type {LeaseDeps, LeaseRequest} from '../../src/usecases/lease/lease.js'
import {fakeClock} from './fake-clock.js'
import {memoryJournal} from './memory-journal.js'

/** Two contenders and the processes that are said to live. */
export function leaseContest() {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const alive = new Map<string, LivingProcess>()
  const deps: LeaseDeps = {
    clock,
    leases,
    here: {host: 'host-1', boot: 'boot-1'},
    lostToken: () => undefined,
    livingProcessOf: async ({holder}: Lease) => alive.get(holder) ?? 'unknown',
  }
  const acquire = (holder: string, more: Partial<LeaseRequest> = {}) =>
    acquireLease(deps, {job: 'scan', holder, ttlMs: 60_000, process: undefined, waitMs: 0, ...more})
  return {clock, leases, alive, deps, acquire}
}
