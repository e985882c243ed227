import {leaseFold} from '../../src/domain/lease/lease.js'
import {allRunsFold} from '../../src/domain/run/job-runs.js'
import {schedulerFold} from '../../src/domain/scheduler/scheduler.js'
import {slotKey} from '../../src/domain/scheduler/slot-key.js'
import type {LivingProcess} from '../../src/system/process/holder-liveness.js'
import type {SchedulerStatusDeps} from '../../src/usecases/schedule/scheduler-status.js'
import {fakeClock} from './fake-clock.js'
import {memoryJournal} from './memory-journal.js'

const minute = 60_000

/** What is looked at to know a scheduler and its runs, with journals in memory. */
export function schedulerWorld() {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const runs = memoryJournal(allRunsFold, clock)
  const scheduler = memoryJournal(schedulerFold, clock)
  /** By the holder of a lease; the processes of others are gone. */
  const living = new Map<string, LivingProcess>()
  const here = {host: 'host-1', boot: 'boot-1'}
  const deps: SchedulerStatusDeps = {
    ...{clock, here, leases, runs, scheduler},
    readClock: () => ({...here, at: clock.now(), mono: clock.mono()}),
    livingProcessOf: async ({holder}) => living.get(holder) ?? 'none',
    readPid: () => undefined,
  }
  const claim = (job: string, holder: string, pid: number | undefined) => {
    const former = leases.read().byJob.get(job)
    const process = pid === undefined ? {} : {process: {pid, start: `${pid}`}}
    const over = former && {over: former.claimId}
    leases.append({kind: 'claimed', job, holder, ttlMs: 3 * minute, ...process, ...over}, 'durable')
    living.set(holder, 'guard')
  }
  return {
    ...{clock, leases, runs, scheduler, living, deps},
    /** A scheduler, `s` and its pid, takes the lease and is at work. */
    begin(pid: number | undefined): void {
      claim('guard-scheduler', `s${pid}`, pid)
      scheduler.append({kind: 'started', pid}, 'durable')
    },
    /** Gives the lease of the scheduler back. */
    release(): void {
      const {claimId, token} = leases.read().byJob.get('guard-scheduler') ?? {}
      leases.append({kind: 'released', job: 'guard-scheduler', claim: claimId, token, status: 'ok'}, 'durable')
    },
    /** The slot of a job that is due in this minute has fired. @returns the slot, ms */
    fire(job: string): number {
      scheduler.append({kind: 'adopted', job, schedule: '* * * * *'}, 'durable')
      clock.advance(minute)
      scheduler.append({kind: 'fired', job, slot: clock.now()}, 'durable')
      return clock.now()
    },
    /** A run that is at work; without a slot it was started by hand. */
    startRun(job: string, run: string, slotMs?: number): void {
      claim(job, run, 100)
      const slot = slotMs === undefined ? {} : {slot: slotKey(job, slotMs)}
      runs.append({kind: 'started', job, run, process: {pid: 100, start: '100'}, ...slot}, 'durable')
    },
  }
}
