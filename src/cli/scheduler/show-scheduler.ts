import {type ComingSlot, comingSlots} from '../../usecases/schedule/coming-slots.js'
import type {SchedulerRunState} from '../../usecases/schedule/scheduler-status.js'
import type {Call} from '../command/definition.js'
import type {Guard} from '../guard.js'
import {type Coming, renderScheduler, schedulerToJson} from '../render/scheduler.js'
import {wireComingSlots} from '../wire/scheduler/coming-slots.js'
import {readSchedulerStatus} from '../wire/scheduler/scheduler.js'
import {jobsThatWait} from '../wire/scheduler/scheduler-facts.js'

/** As LSB has it for an init script. */
const statusCodes: Readonly<Record<SchedulerRunState, number>> = {running: 0, dead: 1, stopped: 3, unknown: 4}

const shownNext = 5

/** Shows the scheduler and sets the exit code by it. @returns the object for `--json` */
export async function showScheduler(guard: Guard, show: Call['show']): Promise<object> {
  const status = await readSchedulerStatus(guard)
  const coming = comingOf(guard)
  process.exitCode = statusCodes[status.is]
  show(renderScheduler, status, coming)
  return schedulerToJson(status, coming)
}

/** `guard scheduler status --json`. */
export async function schedulerJson(guard: Guard): Promise<object> {
  return schedulerToJson(await readSchedulerStatus(guard), comingOf(guard))
}

function comingOf(guard: Guard): Coming {
  return {next: nextRuns(guard), waiting: jobsThatWait(guard)}
}

/** The next start of each job, the soonest first. */
function nextRuns(guard: Guard): readonly ComingSlot[] {
  const asked = {nowMs: guard.clock.now(), job: undefined, perJob: 1, untilMs: Number.POSITIVE_INFINITY}
  return comingSlots(wireComingSlots(guard), asked).slice(0, shownNext)
}
