import type {ProcessRef, ProcessState} from '../../domain/clock/process-ref.js'
import type {Lease} from '../../domain/lease/lease.js'
import type {Run} from '../../domain/run/run.js'
import type {RecordedProcess, SchedulerState} from '../../domain/scheduler/scheduler.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import {lookAtScheduler, type SchedulerStatusDeps} from './scheduler-status.js'
import {openSlotRuns} from './slot-runs.js'

export interface StopDeps extends SchedulerStatusDeps {
  readonly scheduler: Pick<Journal<SchedulerState>, 'read' | 'append'>
  /** Signals a process unless its number was reused. */
  readonly signal: (process: ProcessRef, signal: NodeJS.Signals) => void
  readonly isRunning: (process: ProcessRef) => boolean
  /** Removes the pid file that a killed scheduler has left. */
  readonly removePidFile: () => void
  /** Whether a process on record lives, by its number, its start and its boot. */
  readonly stateOf: (process: RecordedProcess) => ProcessState
  /** Ends the job of a run whose guard did not end it. */
  readonly stopJob: (lease: Lease) => Promise<unknown>
  /** The same for a run without a lease. */
  readonly stopJobOfRun: (runId: string) => unknown
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
  if (deps.scheduler.read().daemon !== undefined && daemon !== undefined) recordStop(deps, how)
  deps.removePidFile()
  return {is: how, pid: how === 'was-not-running' ? undefined : holder?.pid, ended: jobs ? await endJobs(deps) : []}
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
  const {daemon} = scheduler.read()
  if (daemon && !daemon.stopped)
    scheduler.append({kind: 'stopped', reason: how === 'was-not-running' ? 'stop, after its death' : 'stop'}, 'durable')
}

async function hasEnded({clock, isRunning}: StopDeps, process: ProcessRef, limitMs: number): Promise<boolean> {
  for (const deadline = clock.mono() + limitMs; isRunning(process); ) {
    if (clock.mono() > deadline) return false
    await clock.sleep(pollMs)
  }
  return true
}

/** The guard of a run ends its job and records it; a job that has lost its guard is ended itself. */
async function endJobs(deps: StopDeps): Promise<readonly string[]> {
  const {byJob} = deps.leases.read()
  const ends = openSlotRuns(deps.runs.read()).map(async (run): Promise<readonly string[]> => {
    const lease = byJob.get(run.job)
    const isLeased = lease?.holder === run.id && !lease.released
    return (await (isLeased ? endLeased(deps, lease) : endUnleased(deps, run))) ? [run.job] : []
  })
  const [jobs] = await Promise.all([Promise.all(ends), endUnbegun(deps)])
  return [...new Set(jobs.flat())]
}

/** @returns whether there was something to end */
async function endLeased(deps: StopDeps, lease: Lease): Promise<boolean> {
  if ((await deps.livingProcessOf(lease)) === 'none') return false
  const {process} = lease
  if (process) deps.signal(process, 'SIGTERM')
  const isOver = process !== undefined && (await hasEnded(deps, process, jobPatienceMs))
  if (!isOver || (await deps.livingProcessOf(lease)) === 'job') await deps.stopJob(lease)
  return true
}

/** A run that may overlap has no lease; its record names its guard. */
async function endUnleased(deps: StopDeps, {id, owner}: Run): Promise<boolean> {
  if (!owner || deps.stateOf(owner) !== 'alive') return false
  deps.signal(owner.process, 'SIGTERM')
  if (!(await hasEnded(deps, owner.process, jobPatienceMs))) deps.stopJobOfRun(id)
  return true
}

/** Guards that wait for another run of their job would begin once that one has ended. */
async function endUnbegun(deps: StopDeps): Promise<void> {
  const {unbegun = []} = deps.scheduler.read().daemon?.stopped ?? {}
  const alive = unbegun.filter((guard) => deps.stateOf(guard) === 'alive')
  for (const {process} of alive) deps.signal(process, 'SIGTERM')
  await Promise.all(alive.map(({process}) => hasEnded(deps, process, jobPatienceMs)))
}
