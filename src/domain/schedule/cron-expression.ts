/**
 * The schedules that crontab(5) accepts, checked field by field so that the wrong field can be named.
 * When a schedule is due is computed in `system/host/slots.ts`.
 */

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly words: readonly string[]
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const daysIn = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const fields: readonly Field[] = [
  {name: 'minute', min: 0, max: 59, words: []},
  {name: 'hour', min: 0, max: 23, words: []},
  {name: 'day of month', min: 1, max: 31, words: []},
  {name: 'month', min: 1, max: 12, words: months},
  {name: 'day of week', min: 0, max: 7, words: weekdays},
]

const nicknames = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** What is wrong with a cron expression. @returns undefined if it is right */
export function cronProblem(expression: string): string | undefined {
  const text = expression.trim()
  if (text.startsWith('@')) {
    return nicknames.includes(text.toLowerCase()) ? undefined : `is not one of ${nicknames.join(', ')}`
  }
  const parts = text.split(/\s+/)
  if (parts.length !== fields.length) {
    return `has ${text === '' ? 0 : parts.length} fields; write five: minute hour day-of-month month day-of-week`
  }
  for (const [index, field] of fields.entries()) {
    const problem = fieldProblem(parts[index] ?? '', field)
    if (problem !== undefined) return problem
  }
  return neverProblem(parts)
}

function fieldProblem(text: string, field: Field): string | undefined {
  const bad = text.split(',').find((item) => !isItem(item, field))
  if (bad === undefined) return undefined
  const words = field.words.length > 0 ? ` or ${field.words[0]}-${field.words.at(-1)}` : ''
  return `has "${bad}" as ${field.name}; write ${field.min}-${field.max}${words}, * , lists, ranges or steps of them`
}

/** One item of a list: `*`, a value or a range, each with or without a step. */
function isItem(item: string, field: Field): boolean {
  const match = /^(?:(\*)|([a-z\d]+)(?:-([a-z\d]+))?)(?:\/(\d{1,2}))?$/i.exec(item)
  if (!match) return false
  const [, star, first, last, step] = match
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.max)) return false
  if (star !== undefined) return true
  const from = readValue(first ?? '', field)
  if (from === undefined) return false
  // `5/10` means different things to different crons, so it must be written as a range.
  if (last === undefined) return step === undefined
  const to = readValue(last, field)
  // `fri-sun`: a week that is written in words may end with its Sunday.
  return to !== undefined && (from <= to || (field.max === 7 && last.toLowerCase() === 'sun'))
}

function readValue(text: string, {min, max, words}: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase())
  if (word >= 0) return word + min
  if (!/^\d{1,2}$/.test(text)) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

/** `0 0 30 2 *` is right in each field, but that day does not exist. */
function neverProblem([, , days = '', month = '', weekday = '']: readonly string[]): string | undefined {
  if (weekday !== '*' || !/^[\d,-]+$/.test(days)) return undefined
  const first = Math.min(...days.split(',').map((item) => Number.parseInt(item, 10)))
  const possible = month.split(',').some((item) => {
    const index = readValue(item, fields[3]!)
    return index === undefined || first <= (daysIn[index - 1] ?? 31)
  })
  return possible ? undefined : `names day ${days} of a month that never has it, so it would never be due`
}

/**
 * Whether cron treats a schedule as one of a wildcard: it goes by the new time at once when the clock is set, while
 * jobs of a fixed hour and minute are held back until the clock has caught up (Debian's cron(8)).
 */
export function isWildcard(expression: string): boolean {
  const [minute = '', hour = ''] = expression.trim().split(/\s+/)
  return minute.startsWith('*') || hour.startsWith('*') || minute.toLowerCase() === '@hourly'
}
