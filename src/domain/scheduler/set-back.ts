import type {Schedule} from '../schedule/schedule.js'
import {scheduleId} from './next-starts.js'
import {decidedUntil, type SchedulerState, wasClockWrong} from './scheduler.js'

/** Jobs whose slots the clock shows once more, because it was set back. */
export interface WaitingJobs {
  readonly jobs: readonly string[]
  /** When the last of them counts again, wall clock, ms. */
  readonly untilMs: number
}

type NamedSchedule = Schedule & {readonly name: string}

/** Clocks are set right by less all the time. Milliseconds. */
const notableMs = 60_000

/** Slots that were decided are not decided again, so a job waits until the clock is where it was. @returns undefined if none waits */
export function waitingJobs(
  {jobs: known}: Pick<SchedulerState, 'jobs'>,
  jobs: readonly NamedSchedule[],
  nowMs: number,
): WaitingJobs | undefined {
  const waiting = jobs.flatMap((job) => {
    const slots = known.get(job.name)
    if (slots?.schedule !== scheduleId(job) || wasClockWrong(slots, nowMs)) return []
    const untilMs = decidedUntil(slots)
    return untilMs - nowMs > notableMs ? [{job: job.name, untilMs}] : []
  })
  if (waiting.length === 0) return undefined
  return {jobs: waiting.map(({job}) => job), untilMs: Math.max(...waiting.map(({untilMs}) => untilMs))}
}

/** Without its full stop. @param until the time as the reader is shown it */
export function waitingText({jobs}: WaitingJobs, until: string): string {
  const what = jobs.length === 1 ? `${jobs[0]} waits` : `${jobs.length} jobs wait`
  return `${what} until ${until}, because the clock was set back and no slot is run twice`
}
