import {asEvidence} from './evidence.js'

/**
 * How a run ended, in one word, and what says so.
 *
 * Order of belief: guard's own knowledge (not started, stopped at a time limit), then how the kernel says it ended, then
 * a crash mark in the output, then the job's own result file, then the exit code by the job's map.
 */

export const outcomes = [
  'healthy',
  'degraded',
  'unhealthy',
  'failed',
  'timed-out',
  'killed',
  'not-started',
  'skipped',
] as const
export type Outcome = (typeof outcomes)[number]

/** What an exit code may mean, and what a result file may claim. The other outcomes are for guard alone to say. */
export const statedOutcomes = ['healthy', 'degraded', 'unhealthy', 'failed', 'skipped'] as const
export type StatedOutcome = (typeof statedOutcomes)[number]

/** How one attempt's process ended. */
export interface Exit {
  readonly code: number | undefined
  /** `SIGTERM`, … when a signal ended it. */
  readonly signal: string | undefined
  /** guard stopped it at its time limit. */
  readonly timedOut: boolean
  /** guard stopped it because it had printed nothing for too long. */
  readonly silent: boolean
  /** `ENOENT`, `EACCES`, … when it could not be started. */
  readonly spawnError: string | undefined
}

/** Exit code → outcome. A code that is not named is `failed`; 0 is `healthy` unless named otherwise. */
export type ExitMap = Readonly<Record<number, StatedOutcome>>

export const defaultExitMap: ExitMap = {0: 'healthy', 1: 'degraded', 2: 'unhealthy'}

/** What a job wrote to `$GUARD_RESULT_FILE`, as far as it made sense. */
export interface JobResult {
  readonly outcome?: StatedOutcome
  readonly class?: string
  readonly detail?: string
  readonly retryAfterMs?: number
  readonly metrics?: Readonly<Record<string, number>>
}

export interface RunEvidence {
  readonly exit: Exit
  readonly exitMap: ExitMap
  readonly result: JobResult | undefined
  /** What `findCrash` found at the end of the output. */
  readonly crashed: string | undefined
}

export interface Judgement {
  readonly outcome: Outcome
  readonly detail?: string
}

export function judgeRun({exit, exitMap, result, crashed}: RunEvidence): Judgement {
  if (exit.spawnError !== undefined) return {outcome: 'not-started', detail: exit.spawnError}
  if (exit.silent) return {outcome: 'timed-out', detail: result?.detail ?? 'no output for too long'}
  if (exit.timedOut) return withDetail('timed-out', result?.detail)
  if (exit.code === undefined) return {outcome: 'killed', detail: exit.signal ?? 'unknown signal'}
  // A job that crashed wrote its result before it knew, so the crash counts more. A crash exits with a code.
  if (crashed !== undefined && exit.code !== 0) return {outcome: 'failed', detail: crashed}
  return withDetail(result?.outcome ?? mappedOutcome(exit.code, exitMap), result?.detail)
}

function withDetail(outcome: Outcome, detail: string | undefined): Judgement {
  return detail === undefined ? {outcome} : {outcome, detail}
}

function mappedOutcome(code: number, map: ExitMap): StatedOutcome {
  return map[code] ?? (code === 0 ? 'healthy' : 'failed')
}

/** A result file may hold this many characters; one that is larger is not read. */
export const resultLimit = 64 * 1024

export interface ResultReading {
  readonly result: JobResult | undefined
  /** What was wrong with the file or one of its fields, for a warning; the run goes on without it. */
  readonly problems: readonly string[]
}

/** Reads a result file's text. Unknown fields are ignored, wrong ones are left out and reported. An empty file says nothing. */
export function parseResult(text: string): ResultReading {
  if (text.trim() === '') return {result: undefined, problems: []}
  if (text.length > resultLimit) return refuse(`it is larger than ${resultLimit} characters`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse(`it is no JSON (${asEvidence((error as Error).message)})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('it is no JSON object')
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
      problems.push(`result file: ${name} ${asEvidence(JSON.stringify(value))} is not ${wanted}; ignored`)
    return taken
  }
  const read = {
    outcome: take('outcome', readOutcome, `one of ${statedOutcomes.join(', ')}`),
    class: take('class', readClass, 'a word of at most 64 letters, digits, - or _'),
    detail: take('detail', (value) => (typeof value === 'string' ? asEvidence(value) : undefined), 'a text'),
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
