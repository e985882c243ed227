import {GuardError} from '../../../errors.js'
import {schedulerStream} from '../../../journal/failure-streams.js'
import {readPidFile, removePidFile} from '../../../system/daemon/pid-file.js'
import {startDaemon} from '../../../system/daemon/start-daemon.js'
import {readBootRef} from '../../../system/host/host.js'
import {schedulerLogFile} from '../../../system/log/guardian-log.js'
import {identifyProcess, isEnding, signalProcess} from '../../../system/process/identity.js'
import {slotGuards} from '../../../system/process/slot-guards.js'
import {
  lookAtScheduler,
  type SchedulerStatus,
  type SchedulerStatusDeps,
  schedulerStatus,
} from '../../../usecases/schedule/scheduler-status.js'
import {type StopDeps, type Stopped, stopScheduler} from '../../../usecases/schedule/stop-scheduler.js'
import type {Guard} from '../../guard.js'
import {placeArgs, settingsFolder} from '../../settings/place-args.js'
import {wireLease, wireReconcile} from '../lease.js'

/** How commands and the HTTP server start, stop and look at the scheduler of this state directory. */

/** How long a start may take until the scheduler is ready, also while the machine boots. Milliseconds. */
const startLimitMs = 30_000
const pollMs = 50

export interface SchedulerStart {
  readonly is: 'started' | 'was-running'
  readonly pid: number | undefined
}

/**
 * Starts the scheduler as a daemon, and returns once it is at work; nothing changes if one runs. Throws GuardError `config`
 * if there is nothing to schedule, `io` if its log cannot be written, and `internal`, with what it has printed, if it ends or is not ready
 * in time.
 */
export async function startSchedulerDaemon(guard: Guard): Promise<SchedulerStart> {
  guard.ensureState()
  const deadline = guard.clock.mono() + startLimitMs
  const running = await runningPid(guard, deadline)
  if (running !== undefined) return {is: 'was-running', pid: running}
  // Those of a scheduler that runs may be other ones, and are its own matter.
  refuseUseless(guard)
  const logFile = schedulerLogFile(guard.logDir)
  const started = await startDaemon({
    args: ['scheduler', 'run', ...placeArgs(guard)],
    cwd: settingsFolder(guard),
    logFile,
    rotation: guard.settings.logs,
    limitMs: startLimitMs,
  }).catch((error: unknown) => refuseFile(logFile, error))
  if (started.is === 'ready') return {is: 'started', pid: started.pid}
  // If several start at once, one of them has the lease.
  const other = started.is === 'ended' ? await otherThatStarts(guard, deadline) : undefined
  if (other !== undefined) return {is: 'was-running', pid: other}
  const how =
    started.is === 'late'
      ? `was not ready within ${startLimitMs / 1000} s and was ended`
      : `ended before it was ready${started.code === undefined ? '' : `, with exit code ${started.code}`}`
  const [reason, ...more] = started.log.split('\n')
  throw new GuardError('internal', `the scheduler ${how}${reason ? `\n${[reason, ...more].join('\n')}` : ''}`, [
    `see its log: ${logFile}`,
  ])
}

/** Something else stands in the place of a file of the scheduler, or the file system refuses it. Throws GuardError `io`. */
export function refuseFile(file: string, cause: unknown): never {
  const {syscall, code, path = file, dest = path} = cause as NodeJS.ErrnoException & {readonly dest?: string}
  if (syscall === undefined) throw cause
  throw new GuardError('io', `${dest} cannot be written (${code})`, ['move away what is there'], {cause})
}

export function refuseUseless({settings}: Guard): void {
  const {wrong, file} = settings
  if (wrong?.refusal !== undefined)
    throw new GuardError('config', `the scheduler is not started: ${wrong.refusal}`, [
      'correct it and check it: guard config check',
    ])
  if (file === undefined)
    throw new GuardError('config', 'there is no settings file, so there is nothing to schedule', [
      'name it: --config FILE or GUARD_CONFIG',
    ])
}

/** @returns undefined if none is at work. One that was killed a moment ago is waited for: it would be taken for one that runs */
async function runningPid(guard: Guard, deadline: number): Promise<number | undefined> {
  for (;;) {
    const {is, lease} = await lookAtScheduler(lookDeps(guard))
    const pid = is === 'running' ? lease?.process?.pid : undefined
    if (pid === undefined || !isEnding(pid) || guard.clock.mono() > deadline) return pid
    await guard.clock.sleep(pollMs)
  }
}

async function otherThatStarts(guard: Guard, deadline: number): Promise<number | undefined> {
  for (;;) {
    const {is, lease, daemon} = await lookAtScheduler(lookDeps(guard))
    if (is !== 'running') return undefined
    const isAtWork = daemon?.heartbeatAt !== undefined && daemon.pid === lease?.process?.pid
    if (isAtWork) return lease?.process?.pid
    if (guard.clock.mono() > deadline) return undefined
    await guard.clock.sleep(pollMs)
  }
}

export function readSchedulerStatus(guard: Guard): Promise<SchedulerStatus> {
  return schedulerStatus(lookDeps(guard))
}

/** Stops the scheduler if it runs, and starts it. Throws as both, but stops none of which the settings start no other. */
export async function restartSchedulerDaemon(guard: Guard): Promise<SchedulerStart> {
  refuseUseless(guard)
  await stopSchedulerDaemon(guard, {jobs: false})
  return startSchedulerDaemon(guard)
}

/** Stops the scheduler; `jobs` ends the runs that it has started, too. Throws as `stopScheduler`. */
export function stopSchedulerDaemon(guard: Guard, {jobs}: {readonly jobs: boolean}): Promise<Stopped> {
  guard.ensureState()
  return stopScheduler(stopDeps(guard), {jobs})
}

/** What is needed to end the scheduler. */
export function stopDeps(guard: Guard): StopDeps {
  return {
    ...lookDeps(guard),
    scheduler: guard.journal(schedulerStream),
    signal: signalProcess,
    isRunning: ({pid, start}) => identifyProcess(pid)?.start === start,
    removePidFile: () => removePidFile(pidFileOf(guard), readPidFile(pidFileOf(guard))),
    slotGuards: () => slotGuards(guard.stateDir),
    stopRun: async (run, killAfterMs) => {
      const {stopOtherRun} = await import('../../../system/process/stop-other-run.js')
      return stopOtherRun(run, {here: readBootRef(), killAfterMs})
    },
  }
}

/** What is looked at to know the scheduler. */
export function lookDeps(guard: Guard): SchedulerStatusDeps {
  return {
    ...wireLease(guard),
    ...wireReconcile(guard),
    scheduler: guard.journal(schedulerStream),
    readPid: () => readPidFile(pidFileOf(guard)),
  }
}

export function pidFileOf({stateDir}: Pick<Guard, 'stateDir'>): string {
  return `${stateDir}/scheduler.pid`
}
