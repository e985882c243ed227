import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {Lease} from '../../domain/lease/lease.js'
import type {SchedulerState} from '../../domain/scheduler/scheduler.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import {lookAtScheduler, type StatusDeps} from './scheduler-status.js'
import {openSlotRuns} from './slot-runs.js'

export interface StopDeps extends StatusDeps {
  readonly scheduler: Pick<Journal<SchedulerState>, 'read' | 'append'>
  /** Signals a process unless its number was reused. */
  readonly signal: (process: ProcessRef, signal: NodeJS.Signals) => void
  readonly isRunning: (process: ProcessRef) => boolean
  /** Removes the pid file that a killed scheduler has left. */
  readonly removePidFile: () => void
  /** Ends the job of a run whose guard did not end it. */
  readonly stopJob: (lease: Lease) => Promise<unknown>
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
  const found = openSlotRuns(deps.runs.read()).flatMap(({job, id}) => {
    const lease = byJob.get(job)
    return lease?.holder === id && !lease.released ? [lease] : []
  })
  const alive: Lease[] = []
  for (const lease of found) if ((await deps.livingProcessOf(lease)) !== 'none') alive.push(lease)
  for (const {process} of alive) if (process) deps.signal(process, 'SIGTERM')
  await Promise.all(
    alive.map(async (lease) => {
      const isOver = lease.process !== undefined && (await hasEnded(deps, lease.process, jobPatienceMs))
      if (!isOver || (await deps.livingProcessOf(lease)) === 'job') await deps.stopJob(lease)
    }),
  )
  return alive.map(({job}) => job)
}
