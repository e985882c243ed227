import {decideSlots, type ScheduledJob, type SlotEntry} from '../../src/domain/scheduler/decide.js'
import {type SchedulerState, schedulerFold} from '../../src/domain/scheduler/scheduler.js'
import {createSlots} from '../../src/system/host/slots.js'

/** A scheduler whose journal is a list, whose clock is given, and which launches nothing. */
interface SchedulerInTest {
  jobs: readonly ScheduledJob[]
  lastStart: number | undefined
  /** Slots of which a run is known. */
  started: readonly number[]
  nextAtMs: number | undefined
  /** The records of the decision; `appended` of them reach the journal before the process is killed. */
  decideAt(nowMs: number, appended?: number): readonly SlotEntry[]
  state(): SchedulerState
}

const slots = createSlots()

export function createScheduler(jobs: readonly ScheduledJob[]): SchedulerInTest {
  const state = schedulerFold.empty()
  const scheduler: SchedulerInTest = {
    jobs,
    lastStart: undefined,
    started: [],
    nextAtMs: undefined,
    state: () => state,
    decideAt(nowMs, appended = Number.POSITIVE_INFINITY) {
      const {records, nextAtMs} = decideSlots(state, scheduler.jobs, {
        nowMs,
        host: 'host',
        slots,
        lastStartOf: () => scheduler.lastStart,
        isStarted: (_job, slotMs) => scheduler.started.includes(slotMs),
      })
      scheduler.nextAtMs = nextAtMs
      const counted = records.slice(0, appended)
      return counted.filter((record) => schedulerFold.apply(state, {...record, at: nowMs}) === 'ok')
    },
  }
  return scheduler
}

export function scheduled(expression: string, own: Partial<ScheduledJob> = {}): ScheduledJob {
  const catchUp = {mode: 'once', windowMs: 86_400_000, limit: 10} as const
  return {name: 'j', expression, timezone: 'UTC', spreadMs: 0, catchUp, ...own}
}

export function minutely(own: Partial<ScheduledJob> = {}): ScheduledJob {
  return scheduled('* * * * *', own)
}
