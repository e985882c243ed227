import {isoTime} from '../../domain/clock/iso-time.js'
import {isToSchedule, jobsToSchedule, wrongJobsText} from '../../domain/scheduler/scheduled-jobs.js'
import {GuardError} from '../../errors.js'
import {lineWriter} from '../../system/daemon/own-output.js'
import {removePidFile} from '../../system/daemon/pid-file.js'
import {type ReadyPipe, takeReadyPipe} from '../../system/daemon/ready-pipe.js'
import {createWakeup, type Wakeup} from '../../system/daemon/wakeup.js'
import {readBootRef} from '../../system/host/host.js'
import {writeSchedulerLog} from '../../system/log/guardian-log.js'
import {isIgnored} from '../../system/process/own-signals.js'
import {type LoopDeps, schedulerLoop, takeOver} from '../../usecases/schedule/scheduler-loop.js'
import {isSlotStarted} from '../../usecases/schedule/slot-runs.js'
import type {Guard} from '../guard.js'
import {exitCodes} from '../output/exit-codes.js'
import {pidFileOf, refuseUseless} from '../wire/scheduler/scheduler.js'
import {
  type Asked,
  doStartUpWork,
  relaunchAfterMs,
  takeSchedulerLease,
  wireScheduler,
} from '../wire/scheduler/scheduler-daemon.js'
import {removeCopy} from '../wire/scheduler/scheduler-settings.js'

/** What the jobs would take for their own: systemd does not end them with the scheduler, as its unit is printed. */
const ofSystemd = ['SYSTEMD_EXEC_PID', 'NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC']

/**
 * `guard scheduler run`: until TERM or INT. Ends the process itself, because the jobs that it has started would keep it.
 * Throws GuardError `busy` if another scheduler runs, `config`, `no-state`, `io`.
 */
export async function runScheduler(guard: Guard): Promise<never> {
  const ready = takeReadyPipe(process.env)
  for (const name of ofSystemd) delete process.env[name]
  const log = schedulerLog(guard, ready)
  const wakeup = createWakeup()
  const asked = heedSignals(wakeup)
  const lease = await prepared(guard).catch((error: unknown) => {
    ready?.refuse(textOf(error))
    throw error
  })
  const deps = wireScheduler(guard, {lease, isForeground: !ready, wakeup, asked, log})
  const code = await work(guard, deps, ready).catch((error: unknown) => {
    log(`ended: ${textOf(error)}`)
    ready?.refuse(textOf(error))
    return exitCodes[error instanceof GuardError ? error.kind : 'internal']
  })
  process.exit(code)
}

async function prepared(guard: Guard): ReturnType<typeof takeSchedulerLease> {
  guard.ensureState('once')
  refuseUseless(guard)
  return takeSchedulerLease(guard)
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function work(guard: Guard, deps: LoopDeps, ready: ReadyPipe | undefined): Promise<number> {
  const {journal, log} = deps
  const {settings} = guard
  // Of an earlier scheduler, and perhaps of settings with secrets that have changed since.
  removeCopy(guard)
  deps.announce()
  ready?.tell(JSON.stringify({pid: process.pid}))
  const jobs = jobsToSchedule(settings)
  const others = wrongJobsText(settings)
  log(`started, pid ${process.pid}, ${jobs.length} jobs with a schedule in ${settings.file}${others}`)
  deps.decider.setJobs(jobs)
  const runs = guard.runs()
  takeOver(deps, journal.read(), {
    ...{jobs, host: readBootRef().host, relaunchAfterMs: relaunchAfterMs(process.env)},
    isKnown: (job) => isToSchedule(settings, job),
    isStarted: (job, slotMs) => isSlotStarted(runs.read(), job, slotMs),
  })
  // Not waited for: neither its failure nor its end matters to the slots.
  void doStartUpWork(guard, log)
  freeMemory()
  const reason = await schedulerLoop(deps)
  log(`stopped by ${reason}`)
  journal.append({kind: 'stopped', reason}, 'durable')
  removePidFile(pidFileOf(guard), process.pid)
  removeCopy(guard)
  deps.lease.release()
  return 0
}

/** bun collects no garbage while nothing is allocated: what the start has left would stay for as long as all is quiet. */
function freeMemory(): void {
  const {Bun: bun} = globalThis as {Bun?: {readonly gc: (now: boolean) => void}}
  if (bun) setTimeout(() => bun.gc(true), settledMs).unref()
}

/** By then the first round is over. */
const settledMs = 1000

/** In the foreground what it says goes to standard output, else into its log, which is rotated. */
function schedulerLog(guard: Guard, ready: ReadyPipe | undefined): (text: string) => void {
  const {settings, clock} = guard
  const print = lineWriter()
  return (text) => {
    if (ready) writeSchedulerLog({dir: guard.logDir, rotation: settings.logs}, clock.now(), text)
    else print(`${isoTime(clock.now())} ${text}`)
    guard.log(`scheduler: ${text}`)
  }
}

/** HUP reads the settings anew, and comes from a terminal that is closed too: it never ends the scheduler. */
function heedSignals(wakeup: Wakeup): Asked {
  const asked: Asked = {stop: undefined, reload: false}
  const stop = (signal: NodeJS.Signals) => {
    asked.stop = signal
    wakeup.wake()
  }
  // By TERM `guard scheduler stop` ends it, whatever its caller ignores.
  process.on('SIGTERM', stop)
  if (!isIgnored('SIGINT')) process.on('SIGINT', stop)
  process.on('SIGHUP', () => {
    asked.reload = true
    wakeup.wake()
  })
  return asked
}
