import {Cron} from 'croner'
import {cronFields, splitSeconds, withoutSteps} from '../../domain/schedule/cron-expression.js'
import {everyMsOf, type Schedule} from '../../domain/schedule/schedule.js'
import {GuardError} from '../../errors.js'

/** Computes the slots of a schedule, which is checked with the settings: the same that Debian's cron starts a job at. */
export interface Slots {
  /**
   * The latest slot at or before `atMs` (wall clock), or undefined if there is none. Throws
   * GuardError `config` for a wrong expression.
   */
  latest(schedule: CountedSchedule, atMs: number): number | undefined
  /** The first slot after `atMs`, or undefined if there is none. Throws as `latest`. */
  next(schedule: CountedSchedule, atMs: number): number | undefined
}

interface CountedSchedule extends Schedule {
  /** From when `@every` is counted, wall clock, ms; without it, it has no slots. */
  readonly fromMs?: number
}

/** croner is slow, and crontabs repeat a few expressions in many jobs. */
const mostAnswers = 4096

/** Keeps one croner object for each expression and zone, and the answers of this round. */
export function createSlots(): Slots {
  const crons = new Map<string, Cron>()
  const answers = new Map<string, number | undefined>()
  const answered = (question: string, answer: () => number | undefined) => {
    if (answers.has(question)) return answers.get(question)
    if (answers.size >= mostAnswers) answers.clear()
    const found = answer()
    answers.set(question, found)
    return found
  }
  const cronOf = (schedule: Schedule) => {
    const key = keyOf(schedule)
    const cron = crons.get(key) ?? createCron(schedule)
    crons.set(key, cron)
    return cron
  }
  return {
    latest(schedule, atMs) {
      const every = everyMsOf(schedule.expression)
      if (every !== undefined) return everySlot(schedule, every, {atMs, later: 0})
      // croner excludes the reference time itself and ignores fractions of seconds.
      const beforeMs = (Math.floor(atMs / 1000) + 1) * 1000
      return answered(`before ${beforeMs} ${keyOf(schedule)}`, () =>
        cronOf(schedule).previousRuns(1, new Date(beforeMs))[0]?.getTime(),
      )
    },
    next(schedule, atMs) {
      const every = everyMsOf(schedule.expression)
      if (every !== undefined) return everySlot(schedule, every, {atMs, later: 1})
      return answered(`after ${atMs} ${keyOf(schedule)}`, () => cronOf(schedule).nextRun(new Date(atMs))?.getTime())
    },
  }
}

/** `fromMs` itself is a start and no slot. `later`: so many slots after the latest one. */
function everySlot(
  {fromMs}: CountedSchedule,
  everyMs: number,
  {atMs, later}: {readonly atMs: number; readonly later: number},
): number | undefined {
  if (fromMs === undefined) return undefined
  const count = Math.max(0, Math.floor((atMs - fromMs) / everyMs)) + later
  return count < 1 ? undefined : fromMs + count * everyMs
}

function keyOf({expression, timezone}: Schedule): string {
  return `${timezone ?? ''} ${expression}`
}

function createCron(schedule: Schedule): Cron {
  const {expression, timezone} = schedule
  const {seconds, minutes} = splitSeconds(expression)
  const fields = minutes.trim().split(/\s+/)
  const [, , day, , weekday] = fields
  // Either of the two is enough unless one begins with `*`, which includes steps such as `*/2`: crontab(5).
  const domAndDow = [day, weekday].some((field) => field?.startsWith('*'))
  try {
    const plain = fields.map((field, index) => (cronFields[index] ? withoutSteps(field, cronFields[index]) : field))
    const pattern = [...(seconds === undefined ? [] : [seconds]), ...plain].join(' ')
    // Only a job whose minute or hour begins with `*` runs twice in the hour that comes twice, and not after the one left out.
    return new Cron(pattern, {paused: true, domAndDow, fixedTimeRule: 'no-wildcard', ...zoneOf(timezone)})
  } catch (cause) {
    throw new GuardError(
      'config',
      `schedule ${JSON.stringify(expression)} is not a cron expression: ${String(cause)}`,
      ['write five fields: minute, hour, day of month, month, day of week'],
      {cause},
    )
  }
}

/** UTC does not need Intl, whose first use in a process is slow. */
function zoneOf(timezone: string | undefined): {readonly utcOffset?: number; readonly timezone?: string} {
  if (timezone === 'UTC') return {utcOffset: 0}
  return timezone === undefined ? {} : {timezone}
}
