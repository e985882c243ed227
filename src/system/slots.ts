import {Cron} from 'croner'
import {GuardError} from '../errors.js'

/** Says when a cron expression has its slots. Expressions are checked with the settings. */
export interface Slots {
  /**
   * The latest slot at or before `atMs` (wall clock), or undefined when there is none. `timezone` is an IANA name,
   * undefined the machine's. Throws GuardError `config` for an expression that nobody checked.
   */
  latest(schedule: Schedule, atMs: number): number | undefined
}

export interface Schedule {
  readonly expression: string
  readonly timezone: string | undefined
}

/** A croner object takes 83 KB and a question 0.2 ms, and real crontabs repeat a few expressions in many jobs. */
const mostAnswers = 4096

/** One croner object for each expression and zone, and the answers of this round. */
export function createSlots(): Slots {
  const crons = new Map<string, Cron>()
  const answers = new Map<string, number | undefined>()
  return {
    latest(schedule, atMs) {
      const key = `${schedule.timezone ?? ''} ${schedule.expression}`
      // croner leaves the reference itself out, and knows no parts of seconds.
      const beforeMs = (Math.floor(atMs / 1000) + 1) * 1000
      const question = `${beforeMs} ${key}`
      if (answers.has(question)) return answers.get(question)
      if (answers.size >= mostAnswers) answers.clear()
      const cron = crons.get(key) ?? createCron(schedule)
      crons.set(key, cron)
      const answer = cron.previousRuns(1, new Date(beforeMs))[0]?.getTime()
      answers.set(question, answer)
      return answer
    },
  }
}

function createCron({expression, timezone}: Schedule): Cron {
  try {
    return new Cron(expression, {paused: true, ...zoneOf(timezone)})
  } catch (cause) {
    throw new GuardError(
      'config',
      `schedule ${JSON.stringify(expression)} is no cron expression: ${String(cause)}`,
      ['write five fields: minute, hour, day of month, month, day of week'],
      {cause},
    )
  }
}

/** UTC needs no Intl, of which the first use in a process takes 20 ms. */
function zoneOf(timezone: string | undefined): {readonly utcOffset?: number; readonly timezone?: string} {
  if (timezone === 'UTC') return {utcOffset: 0}
  return timezone === undefined ? {} : {timezone}
}
