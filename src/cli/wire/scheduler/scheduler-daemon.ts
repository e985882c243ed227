import {existsSync} from 'node:fs'
import {availableParallelism} from 'node:os'
import {holderOf} from '../../../domain/run/interrupted-run.js'
import type {PendingSlot} from '../../../domain/scheduler/launch-order.js'
import {isToSchedule, jobsToSchedule, wrongJobsOf, wrongJobsText} from '../../../domain/scheduler/scheduled-jobs.js'
import {slotKey} from '../../../domain/scheduler/slot-key.js'
import type {Settings} from '../../../domain/settings/settings.js'
import {schedulerStream} from '../../../journal/failure-streams.js'
import {writePidFile} from '../../../system/daemon/pid-file.js'
import type {Wakeup} from '../../../system/daemon/wakeup.js'
import {endsWithin} from '../../../system/host/clock.js'
import {readBootRef} from '../../../system/host/host.js'
import {createSlots} from '../../../system/host/slots.js'
import {type DetachedGuard, spawnGuardDetached} from '../../../system/process/detach.js'
import {identifyProcess} from '../../../system/process/identity.js'
import {runWatch} from '../../../system/process/run-watch.js'
import {createDecider} from '../../../usecases/schedule/decide-slots.js'
import {giveUpSlots} from '../../../usecases/schedule/give-up-slots.js'
import {Launcher} from '../../../usecases/schedule/launcher.js'
import {type OwnLease, takeOwnLease} from '../../../usecases/schedule/own-lease.js'
import {type LoopDeps, recordHeartbeat} from '../../../usecases/schedule/scheduler-loop.js'
import {isSlotStarted, openSlotRuns} from '../../../usecases/schedule/slot-runs.js'
import type {Guard} from '../../guard.js'
import {placeArgs, settingsFolder} from '../../settings/place-args.js'
import {wireLease} from '../lease.js'
import {pidFileOf, refuseFile} from './scheduler.js'
import {removeCopy, runVariables, type SettingsInUse, wireReloader} from './scheduler-settings.js'

export interface Asked {
  /** The signal that asks for the end. */
  stop: string | undefined
  reload: boolean
}

interface DaemonParts {
  readonly lease: OwnLease
  readonly isForeground: boolean
  readonly wakeup: Wakeup
  readonly asked: Asked
  readonly log: (text: string) => void
}

const usualRelaunchMs = 60_000

/** For tests: nothing that was fired is lost for a minute. */
export function relaunchAfterMs(env: NodeJS.ProcessEnv): number {
  const ms = Number(env['GUARD_RELAUNCH_MS'])
  return ms > 0 ? ms : usualRelaunchMs
}

/** Takes the lease of the scheduler. Throws GuardError `busy` if another one runs. */
export function takeSchedulerLease(guard: Guard): Promise<OwnLease> {
  const deps = wireLease(guard)
  const holder = `${deps.here.host}:${process.pid}`
  const isStateThere = () => existsSync(`${guard.stateDir}/.gen`)
  const hints = ['it is enough; to stop it: guard scheduler stop']
  return takeOwnLease({...deps, isStateThere}, {holder, process: identifyProcess(process.pid), hints})
}

/** Wires the rounds of the scheduler. */
export function wireScheduler(guard: Guard, {lease, isForeground, wakeup, asked, log}: DaemonParts): LoopDeps {
  const {clock} = guard
  const runs = guard.runs()
  let use: SettingsInUse = {settings: guard.settings}
  const journal = guard.journal(schedulerStream)
  const isStarted = (job: string, slotMs: number) => isSlotStarted(runs.read(), job, slotMs)
  const decider = createDecider({
    ...{clock, host: readBootRef().host, slots: createSlots(), journal, runs},
    isStarted: (job, slotMs) => isStarted(job, slotMs) || launcher.isUnrecorded(slotKey(job, slotMs)),
  })
  const launcher = new Launcher({
    clock,
    start: (slot) => startRun(guard, slot, use),
    isOnRecord: ({job, slot}) => isStarted(job, slot),
    earlierJobs: earlierRuns(guard),
    maxParallel: () => use.settings.scheduler.maxParallel ?? 4 * availableParallelism(),
    relaunchAfterMs: relaunchAfterMs(process.env),
    isKnown: (job) => isToSchedule(use.settings, job),
    giveUp: ({job, slot}, reason) => giveUpSlots({journal, log}, {job, slots: [slot]}, reason),
    wake: wakeup.wake,
    log,
  })
  const accept = (settings: Settings) => {
    use = {settings}
    removeCopy(guard)
    const jobs = jobsToSchedule(settings)
    decider.setJobs(jobs)
    launcher.retryRefused()
    log(`the settings were read anew: ${jobs.length} jobs with a schedule${wrongJobsText(settings)}`)
    journal.append({kind: 'reloaded', ...wrongJobsOf(settings)}, 'buffered')
    launcher.dropUnknown()
  }
  const recordRefusal = () => journal.append({kind: 'reloaded', problem: use.refusal}, 'buffered')
  const refuse = (refusal: string) => {
    // A run that was started a moment ago may read the copy, which is still that of the settings in use.
    if (use.refusal === undefined) removeCopy(guard)
    use = {...use, refusal}
    recordRefusal()
    // What was started meanwhile has found the file that is refused.
    launcher.retryRefused()
  }
  const reloader = wireReloader(guard, {wakeup, accept, refuse, log})
  const announce = () => {
    recordStart(guard, {token: lease.current().token, isForeground, settings: use.settings})
    if (use.refusal !== undefined) recordRefusal()
    recordHeartbeat({journal, launcher})
  }
  return {
    ...{clock, journal, lease, announce, decider, launcher, wakeup, log},
    stopAsked: () => asked.stop,
    reloader: {
      look: () => {
        if (asked.reload) reloader.ask()
        asked.reload = false
        return reloader.look()
      },
    },
  }
}

function startRun(guard: Guard, slot: PendingSlot, use: SettingsInUse): DetachedGuard {
  const patience = patienceArgs(slot, guard.clock.now())
  const words = ['run', ...placeArgs(guard), '--slot', slot.key, ...patience, slot.job]
  return spawnGuardDetached(words, {cwd: settingsFolder(guard), env: runVariables(guard, use)})
}

interface Start extends Pick<DaemonParts, 'isForeground'> {
  readonly token: number
  readonly settings: Settings
}

/** Throws GuardError `io`. */
function recordStart(guard: Guard, {token, isForeground, settings}: Start): void {
  const foreground = isForeground && {foreground: true}
  const started = {kind: 'started', pid: process.pid, token, ...foreground, ...wrongJobsOf(settings)}
  guard.journal(schedulerStream).append(started, 'durable')
  try {
    writePidFile(pidFileOf(guard), process.pid)
  } catch (error) {
    refuseFile(pidFileOf(guard), error)
  }
}

/** A slot that was held back has waited as its run would have, whose `wait` is shorter by that. */
function patienceArgs({patienceMs, dueAt}: PendingSlot, nowMs: number): readonly string[] {
  if (patienceMs === undefined || patienceMs === Number.POSITIVE_INFINITY) return []
  return ['--wait', `${Math.min(patienceMs, Math.max(0, dueAt + patienceMs - nowMs))}ms`]
}

/** The jobs of those runs that an earlier scheduler has started and that go on, by their processes. */
function earlierRuns(guard: Guard): () => readonly string[] {
  const here = readBootRef()
  const {byJob} = guard.leases().read()
  let alive = openSlotRuns(guard.runs().read()).flatMap((run) => {
    const holder = holderOf(run, byJob.get(run.job))
    return holder ? [{job: run.job, isAlive: runWatch(holder, here)}] : []
  })
  return () => {
    alive = alive.filter(({isAlive}) => isAlive())
    return alive.map(({job}) => job)
  }
}

/** What a start may take for it. Milliseconds. */
const startUpLimitMs = 10_000

/**
 * Finishes what a crash has left, in a process of its own: it may fail, take long or never end, and the scheduler is at
 * work meanwhile.
 */
export async function doStartUpWork(guard: Guard, log: (text: string) => void): Promise<void> {
  try {
    const {pid, ended} = spawnGuardDetached(['recover', ...placeArgs(guard)], {cwd: settingsFolder(guard)})
    if (await endsWithin(ended, startUpLimitMs)) {
      const code = await ended
      // 1 says that a job is not run again, which is on record.
      if (code !== 0 && code !== 1) log(`guard recover has ended with exit code ${code}`)
      return
    }
    log(`guard recover was ended, because it took more than ${startUpLimitMs / 1000} s`)
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    log(`guard recover could not be started: ${error instanceof Error ? error.message : error}`)
  }
}
