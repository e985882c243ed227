import {isWithinTtl, type Lease} from '../../domain/lease/lease.js'
import type {Run} from '../../domain/run/run.js'
import type {SchedulerDaemon, SchedulerState} from '../../domain/scheduler/scheduler.js'
import {slotKey} from '../../domain/scheduler/slot-key.js'
import {schedulerLease} from '../../domain/watchdog/daemon-heartbeat.js'
import type {Journal} from '../../journal/journal.js'
import {clockReading, type LeaseDeps} from '../lease/lease.js'
import {inferEnds, type OpenRunsDeps} from '../run/open-runs.js'
import {isSlotStarted, openSlotRuns} from './slot-runs.js'

export interface SchedulerStatusDeps extends OpenRunsDeps, Pick<LeaseDeps, 'clock' | 'here'> {
  readonly scheduler: Pick<Journal<SchedulerState>, 'read'>
  /** The number in the pid file. @returns undefined if there is none */
  readonly readPid: () => number | undefined
}

/**
 * - running: the process that has its lease is alive
 * - stopped: it was never started, or has said that it stops
 * - dead: it did not say that it stops, and its process is gone
 * - unknown: its process cannot be looked at from here
 */
export type SchedulerRunState = 'running' | 'stopped' | 'dead' | 'unknown'

export interface SchedulerLook {
  readonly is: SchedulerRunState
  /** It runs and has not renewed its lease for so long that it was stopped or hangs. */
  readonly isLate: boolean
  readonly lease: Lease | undefined
  readonly daemon: SchedulerDaemon | undefined
}

/** Whether a scheduler runs, by the holder of its lease: the pid file may name any process. */
export async function lookAtScheduler(deps: Omit<SchedulerStatusDeps, 'runs'>): Promise<SchedulerLook> {
  const lease = deps.leases.read().byJob.get(schedulerLease)
  const living = lease && !lease.released ? await deps.livingProcessOf(lease) : 'none'
  const {daemon} = deps.scheduler.read()
  const look = {lease, daemon, isLate: false}
  if (lease && living === 'guard') return {...look, is: 'running', isLate: !isWithinTtl(lease, clockReading(deps))}
  if (living !== 'none') return {...look, is: 'unknown'}
  const hasDied = daemon !== undefined && daemon.stopped === undefined
  return {...look, is: hasDied || deps.readPid() !== undefined ? 'dead' : 'stopped'}
}

export interface SchedulerStatus extends SchedulerLook {
  /** Runs that a scheduler has started and that go on. */
  readonly running: readonly Run[]
  /** Slots that have fired and of which no run is on record. */
  readonly queued: readonly {readonly job: string; readonly slotMs: number; readonly key: string}[]
}

export async function schedulerStatus(deps: SchedulerStatusDeps): Promise<SchedulerStatus> {
  const look = await lookAtScheduler(deps)
  const ends = await inferEnds(deps)
  const running = openSlotRuns(deps.runs.read()).filter(({id}) => !ends.has(id))
  return {...look, running, queued: openSlots(deps)}
}

function openSlots({scheduler, runs}: SchedulerStatusDeps): SchedulerStatus['queued'] {
  const book = runs.read()
  return Array.from(scheduler.read().jobs).flatMap(([job, {open}]) =>
    open
      .filter(({slotMs}) => !isSlotStarted(book, job, slotMs))
      .map(({slotMs}) => ({job, slotMs, key: slotKey(job, slotMs)})),
  )
}
