/**
 * The schedules that crontab(5) accepts, checked field by field so that the wrong field can be named.
 * When a schedule is due is computed in `system/host/slots.ts`.
 */

export interface CronField {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly words: readonly string[]
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** In the order of cron, which counts them from 0. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const daysIn = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export const cronFields: readonly CronField[] = [
  {name: 'minute', min: 0, max: 59, words: []},
  {name: 'hour', min: 0, max: 23, words: []},
  {name: 'day of month', min: 1, max: 31, words: []},
  {name: 'month', min: 1, max: 12, words: months},
  {name: 'day of week', min: 0, max: 7, words: weekdays},
]

/** Before the five of cron, where a schedule has six fields. */
const secondField: CronField = {name: 'second', min: 0, max: 59, words: []}

/** What cron starts at fixed times by a name of its own, and what that name stands for. */
export const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** What is wrong with a cron expression, and what to write instead where that is certain. */
export interface CronFault {
  /** `reversed` and `never` are understood and never due; of the others crons differ in what they make. */
  readonly kind: 'form' | 'item' | 'reversed' | 'never'
  readonly text: string
  readonly mend?: string
  /** Name of the wrong field. */
  readonly field?: string
}

/** What is wrong with a cron expression of five fields, or of six with seconds, as one sentence. @returns undefined if it is right */
export function cronProblem(expression: string): string | undefined {
  const {seconds, minutes} = splitSeconds(expression)
  const fault = (seconds === undefined ? undefined : fieldFault(seconds, secondField)) ?? cronFault(minutes)
  if (fault?.kind === 'never') return `${fault.text}, so it would never be due`
  return fault?.mend === undefined ? fault?.text : `${fault.text}; write ${fault.mend}`
}

/** An expression of six fields as its seconds and the five fields that cron has; any other as it is. */
export function splitSeconds(expression: string): {readonly seconds: string | undefined; readonly minutes: string} {
  const [seconds, ...minutes] = expression.trim().split(/\s+/)
  if (minutes.length !== cronFields.length) return {seconds: undefined, minutes: expression}
  return {seconds, minutes: minutes.join(' ')}
}

/** What is wrong with an expression of five fields. @returns undefined if it is right */
export function cronFault(expression: string): CronFault | undefined {
  const text = expression.trim()
  if (text.startsWith('@')) {
    if (Object.hasOwn(nicknames, text.toLowerCase())) return undefined
    return {kind: 'form', text: `is not one of ${Object.keys(nicknames).join(', ')}`}
  }
  const parts = text.split(/\s+/)
  if (parts.length !== cronFields.length) {
    const count = text === '' ? 0 : parts.length
    return {kind: 'form', text: `has ${count} fields; write five: minute hour day-of-month month day-of-week`}
  }
  return worst(cronFields.map((field, index) => fieldFault(parts[index] ?? '', field))) ?? neverFault(parts)
}

/** What makes crons refuse the expression comes before a range that is only never due. */
function worst(faults: readonly (CronFault | undefined)[]): CronFault | undefined {
  return faults.find((fault) => fault && fault.kind !== 'reversed') ?? faults.find(Boolean)
}

function fieldFault(text: string, field: CronField): CronFault | undefined {
  return worst(text.split(',').map((item) => itemFault(item, field)))
}

/** One item of a list: `*`, a value or a range, each with or without a step. */
function itemFault(item: string, field: CronField): CronFault | undefined {
  const match = /^(?:(\*)|([a-z\d]+)(?:-([a-z\d]+))?)(?:\/(\d{1,2}))?$/i.exec(item)
  if (!match) return notAnItem(item, field)
  const [, star, first, last, step] = match
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.max)) return notAnItem(item, field)
  if (star !== undefined) return undefined
  const from = cronValue(first ?? '', field)
  if (from === undefined) return notAnItem(item, field)
  if (last === undefined && step !== undefined) {
    const text = `has "${item}" as ${field.name}, which crons read differently`
    return {kind: 'item', text, mend: `${from}-${field.max}/${step}`, field: field.name}
  }
  const to = last === undefined ? from : cronValue(last, field)
  if (to === undefined) return notAnItem(item, field)
  return from <= to ? undefined : reversed(item, {from, to, step}, field)
}

function notAnItem(item: string, {name, min, max, words}: CronField): CronFault {
  const orWords = words.length > 0 ? ` or ${words[0]}-${words.at(-1)}` : ''
  const text = `has "${item}" as ${name}; write ${min}-${max}${orWords}, * , lists, ranges or steps of them`
  return {kind: 'item', text, field: name}
}

/** Most crons take a range that ends before it begins, and never start its job. */
function reversed(
  item: string,
  {from, to, step}: {readonly from: number; readonly to: number; readonly step: string | undefined},
  field: CronField,
): CronFault {
  const text = `has "${item}" as ${field.name}, which is never due`
  if (step !== undefined) return {kind: 'reversed', text, field: field.name}
  const isWeekday = field.max === 7
  // Sunday is both 0 and 7, so a week needs no second range for it.
  const first = isWeekday ? 1 : field.min
  const parts =
    isWeekday && from === 7 ? [range(0, to)] : [range(from, field.max), ...(to < first ? [] : [range(first, to)])]
  return {kind: 'reversed', text, mend: parts.join(','), field: field.name}
}

function range(from: number, to: number): string {
  return from === to ? `${from}` : `${from}-${to}`
}

/** The number that a word of a field stands for. @returns undefined if it stands for none */
export function cronValue(text: string, {min, max, words}: CronField): number | undefined {
  const word = words.indexOf(text.toLowerCase())
  if (word >= 0) return word + min
  if (!/^\d{1,2}$/.test(text)) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

/** `0 0 30 2 *` is right in each field, but that day does not exist. */
function neverFault([, , days = '', month = '', weekday = '']: readonly string[]): CronFault | undefined {
  // If the weekday is not `*` either, one of the two is enough.
  if (!weekday.startsWith('*') || !/^[\d,-]+$/.test(days)) return undefined
  const first = Math.min(...days.split(',').map((item) => Number.parseInt(item, 10)))
  const possible = month.split(',').some((item) => {
    const index = cronValue(item, cronFields[3]!)
    return index === undefined || first <= (daysIn[index - 1] ?? 31)
  })
  if (possible) return undefined
  return {kind: 'never', text: `names day ${days} of a month that never has it`}
}

/**
 * Whether cron treats a schedule as one of a wildcard: it goes by the new time at once when the clock is set, while
 * jobs of a fixed hour and minute are held back until the clock has caught up (Debian's cron(8)).
 */
export function isWildcard(expression: string): boolean {
  const [minute = '', hour = ''] = splitSeconds(expression).minutes.trim().split(/\s+/)
  return minute.startsWith('*') || hour.startsWith('*') || /^@(?:hourly|every)/i.test(minute)
}

/**
 * A field that does not begin with `*` as the list of its values; any other as it is. The calculator takes a field with a
 * step for a wildcard, cron only one that begins with `*`.
 */
export function withoutSteps(text: string, field: CronField): string {
  if (text.startsWith('*') || !text.includes('/')) return text
  return [...new Set(text.split(',').flatMap((item) => valuesOf(item, field)))].sort((a, b) => a - b).join(',')
}

function valuesOf(item: string, field: CronField): readonly number[] {
  const [range = '', step = '1'] = item.split('/')
  const [first = '', last = first] = range === '*' ? [`${field.min}`, `${field.max}`] : range.split('-')
  const [from = field.min, to = from] = [cronValue(first, field), cronValue(last, field)]
  return Array.from({length: Math.floor((to - from) / Number(step)) + 1}, (_, index) => from + index * Number(step))
}
