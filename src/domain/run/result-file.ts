import {redactLine} from '../failure/redact.js'
import {type JobResult, type StatedOutcome, statedOutcomes} from './outcome.js'

/** The longest result file in characters; a longer one is not used. */
export const resultLimit = 64 * 1024

export interface ResultReading {
  readonly result: JobResult | undefined
  /** Wrong fields, for a warning; the run goes on without them. */
  readonly problems: readonly string[]
}

/** Reads a result file's text. Unknown fields are ignored, wrong ones are left out and reported. An empty file has no result. */
export function parseResult(text: string): ResultReading {
  if (text.trim() === '') return {result: undefined, problems: []}
  if (text.length > resultLimit) return refuse(`it is larger than ${resultLimit} characters`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse(`it is not JSON (${redactLine((error as Error).message)})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('it is not a JSON object')
  return readFields(value as Readonly<Record<string, unknown>>)
}

function refuse(why: string): ResultReading {
  return {result: undefined, problems: [`result file not used: ${why}`]}
}

function readFields(fields: Readonly<Record<string, unknown>>): ResultReading {
  const problems: string[] = []
  const take = <T>(name: string, read: (value: unknown) => T | undefined, wanted: string) => {
    const value = fields[name]
    if (value === undefined || value === null) return undefined
    const taken = read(value)
    if (taken === undefined)
      problems.push(`result file: ${name} ${redactLine(JSON.stringify(value))} is not ${wanted}; ignored`)
    return taken
  }
  const read = {
    outcome: take('outcome', readOutcome, `one of ${statedOutcomes.join(', ')}`),
    class: take('class', readClass, 'a word of at most 64 letters, digits, - or _'),
    detail: take('detail', (value) => (typeof value === 'string' ? redactLine(value) : undefined), 'a text'),
    retryAfterMs: take('retryAfter', readSeconds, 'a number of seconds from 0 to 86400'),
    metrics: take('metrics', readMetrics, 'an object of at most 100 numbers'),
  }
  const known = Object.entries(read).filter(([, value]) => value !== undefined)
  return {result: Object.fromEntries(known), problems}
}

function readOutcome(value: unknown): StatedOutcome | undefined {
  return statedOutcomes.find((outcome) => outcome === value)
}

function readClass(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value) ? value : undefined
}

function readSeconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 86_400 ? Math.round(value * 1000) : undefined
}

function readMetrics(value: unknown): Readonly<Record<string, number>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const numbers = Object.entries(value)
  const wellFormed = numbers.length <= 100 && numbers.every(([, number]) => Number.isFinite(number))
  return wellFormed ? Object.fromEntries(numbers) : undefined
}
