import type {ScheduledJob} from '../domain/scheduler/decide.js'
import {scheduledJobs} from '../domain/scheduler/scheduled-jobs.js'
import {spreadOf} from '../domain/scheduler/spread.js'
import {readBootRef} from '../system/host/host.js'
import {createSlots} from '../system/host/slots.js'
import type {SchedulerRunState} from '../usecases/schedule/scheduler-status.js'
import type {Call} from './command/definition.js'
import type {Guard} from './guard.js'
import {type NextRun, renderScheduler, schedulerToJson} from './render/scheduler.js'
import {readSchedulerStatus} from './wire/scheduler.js'

/** As LSB has it for an init script. */
const statusCodes: Readonly<Record<SchedulerRunState, number>> = {running: 0, dead: 1, stopped: 3, unknown: 4}

const shownNext = 5

/** Shows the scheduler and sets the exit code by it. @returns the object for `--json` */
export async function showScheduler(guard: Guard, show: Call['show']): Promise<object> {
  const status = await readSchedulerStatus(guard)
  const next = nextRuns(guard).slice(0, shownNext)
  process.exitCode = statusCodes[status.is]
  show(renderScheduler, status, next)
  return schedulerToJson(status, next)
}

/** `guard scheduler status --json`. */
export async function schedulerJson(guard: Guard): Promise<object> {
  return schedulerToJson(await readSchedulerStatus(guard), nextRuns(guard).slice(0, shownNext))
}

/** The next start of each job, the soonest first. */
function nextRuns(guard: Guard): readonly NextRun[] {
  const slots = createSlots()
  const nowMs = guard.clock.now()
  const runs = guard.runs().read()
  const {host} = readBootRef()
  const next = ({name, spreadMs, ...schedule}: ScheduledJob): readonly NextRun[] => {
    const fromMs = runs.get(name)?.starts?.at(-1)
    const spread = spreadOf(host, name, spreadMs)
    const at = slots.next({...schedule, ...(fromMs !== undefined && {fromMs})}, nowMs - spread)
    return at === undefined ? [] : [{job: name, atMs: at + spread}]
  }
  return scheduledJobs(guard.settings)
    .flatMap(next)
    .sort((one, other) => one.atMs - other.atMs)
}
