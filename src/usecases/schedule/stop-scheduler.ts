import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {holderOf, type RunHolder} from '../../domain/run/interrupted-run.js'
import type {Survivor} from '../../domain/run/stop-report.js'
import type {SchedulerState} from '../../domain/scheduler/scheduler.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {SlotGuard} from '../../system/process/slot-guards.js'
import {lookAtScheduler, type SchedulerStatusDeps} from './scheduler-status.js'
import {isSlotStarted, openSlotRuns} from './slot-runs.js'

export interface StopDeps extends SchedulerStatusDeps {
  readonly scheduler: Pick<Journal<SchedulerState>, 'read' | 'append'>
  /** Signals a process unless its number was reused. */
  readonly signal: (process: ProcessRef, signal: NodeJS.Signals) => void
  readonly isRunning: (process: ProcessRef) => boolean
  /** Removes the pid file that a killed scheduler has left. */
  readonly removePidFile: () => void
  /** The guards that schedulers have started for a slot, and that are at work. */
  readonly slotGuards: () => readonly SlotGuard[]
  /**
   * Has the guard of a run end its job and record it, and ends a job that has no guard. What is left after the time is killed.
   *
   * @returns what could not be ended
   */
  readonly stopRun: (run: RunHolder, patienceMs: number) => Promise<readonly Survivor[]>
}

export interface Stopped {
  readonly is: 'stopped' | 'killed' | 'was-not-running'
  readonly pid: number | undefined
  /** Jobs that were ended with it. */
  readonly ended: readonly string[]
}

/** From TERM to KILL, and from there to the end. Milliseconds. */
const [patienceMs, afterKillMs] = [5000, 2000]
const pollMs = 20
/** A guard gives its job its own time between TERM and KILL. */
const jobPatienceMs = 12_000

/**
 * Ends the scheduler by the process that holds its lease; its jobs go on unless `jobs`. One that has died leaves nothing
 * behind afterwards. Throws GuardError `io` if nothing says which process it is, or if that one cannot be ended.
 */
export async function stopScheduler(deps: StopDeps, {jobs}: {readonly jobs: boolean}): Promise<Stopped> {
  const {is, lease, daemon} = await lookAtScheduler(deps)
  const holder = lease?.process
  if (is === 'unknown' || (is === 'running' && !holder))
    throw new GuardError('io', `it is unknown which process the scheduler is: its lease is held by ${lease?.holder}`, [
      'stop it on the machine or in the container where it runs',
    ])
  const how = is === 'running' && holder ? await end(deps, holder) : 'was-not-running'
  const pid = how === 'was-not-running' ? undefined : holder?.pid
  const {daemon: last} = deps.scheduler.read()
  // Another one may have been started since, as by systemd; and one that was about to start may be on record only now.
  if (last?.id === daemon?.id || last?.pid === pid) {
    if (last && !last.stopped) recordStop(deps, how)
    deps.removePidFile()
  }
  return {is: how, pid, ended: jobs ? await endJobs(deps) : []}
}

async function end(deps: StopDeps, holder: ProcessRef): Promise<'stopped' | 'killed'> {
  deps.signal(holder, 'SIGTERM')
  if (await hasEnded(deps, holder, patienceMs)) return 'stopped'
  deps.signal(holder, 'SIGKILL')
  if (await hasEnded(deps, holder, afterKillMs)) return 'killed'
  throw new GuardError('io', `process ${holder.pid} of the scheduler does not end`, ['it may wait for a disk'])
}

/** Ends a scheduler that hangs, and does not record that it was stopped. */
export async function killScheduler(deps: StopDeps): Promise<void> {
  const {is, lease} = await lookAtScheduler(deps)
  if (is !== 'running' || !lease?.process) return
  deps.signal(lease.process, 'SIGKILL')
  await hasEnded(deps, lease.process, afterKillMs)
}

/** One that was killed could not say that it stops, and would count as dead. */
function recordStop({scheduler}: StopDeps, how: Stopped['is']): void {
  scheduler.append({kind: 'stopped', reason: how === 'was-not-running' ? 'stop, after its death' : 'stop'}, 'durable')
}

async function hasEnded({clock, isRunning}: StopDeps, process: ProcessRef, limitMs: number): Promise<boolean> {
  for (const deadline = clock.mono() + limitMs; isRunning(process); ) {
    if (clock.mono() > deadline) return false
    await clock.sleep(pollMs)
  }
  return true
}

/** Ends the runs that a scheduler has started, and its guards whose runs have not begun. @returns the jobs of the runs */
async function endJobs(deps: StopDeps): Promise<readonly string[]> {
  // Before the runs are read: a run that begins in between is on record by then.
  const guards = deps.slotGuards()
  const {byJob} = deps.leases.read()
  const runs = deps.runs.read()
  const unbegun = guards.filter(({job, slotMs}) => !isSlotStarted(runs, job, slotMs)).map(({process}) => process)
  const ends = openSlotRuns(runs).map(async (run): Promise<readonly string[]> => {
    const holder = holderOf(run, byJob.get(run.job))
    return holder && (await endRun(deps, holder)) ? [run.job] : []
  })
  const [jobs] = await Promise.all([Promise.all(ends), endUnbegun(deps, unbegun)])
  return [...new Set(jobs.flat())]
}

/** @returns whether something of it was alive and has ended */
async function endRun(deps: StopDeps, holder: RunHolder): Promise<boolean> {
  const living = await deps.livingProcessOf(holder)
  if (living === 'none') return false
  const survivors = await deps.stopRun(holder, jobPatienceMs)
  return living !== 'unknown' && survivors.length === 0
}

/** Guards that wait for another run of their job, or for its jitter, would begin later, whichever scheduler has started them. */
async function endUnbegun(deps: StopDeps, guards: readonly ProcessRef[]): Promise<void> {
  for (const process of guards) deps.signal(process, 'SIGTERM')
  await Promise.all(guards.map((process) => hasEnded(deps, process, jobPatienceMs)))
}
