import {formatDuration, longestDurationMs, parseDuration} from '../clock/duration.js'
import {cronProblem, splitSeconds} from './cron-expression.js'

/**
 * When a job is due: a cron expression of five fields, one of six with the seconds before them, a nickname, or
 * `@every 90m`, which is counted from the job's last start.
 */
export interface Schedule {
  readonly expression: string
  /** IANA name, checked; undefined for the machine's zone. */
  readonly timezone: string | undefined
}

/** Shorter spans are a loop and not a schedule; a start of guard alone takes some hundredths of a second. */
const shortestEveryMs = 1000

/** The span of `@every D`, ms. @returns undefined for any other schedule */
export function everyMsOf(expression: string): number | undefined {
  const span = everySpan(expression)
  const ms = span === undefined ? undefined : parseDuration(span)
  return ms !== undefined && ms >= shortestEveryMs ? ms : undefined
}

/** Whether the slots of a schedule are counted from the last start, and are none of the wall clock. */
export function isCounted(expression: string): boolean {
  return everySpan(expression) !== undefined
}

/** What is wrong with a schedule of the settings, as one sentence. @returns undefined if it is right */
export function scheduleProblem(expression: string): string | undefined {
  const span = everySpan(expression)
  if (span === undefined) return cronProblem(expression)
  if (everyMsOf(expression) !== undefined) return undefined
  return `has "${span}" as its span; write @every and a span from ${formatDuration(shortestEveryMs)} to ${formatDuration(longestDurationMs)}, such as @every 90m`
}

/** Why cron cannot start a job by this schedule, though guard can. @returns undefined if cron can */
export function notForCron(expression: string): string | undefined {
  if (isCounted(expression)) return 'crontab(5) has no @every'
  return splitSeconds(expression).seconds === undefined ? undefined : 'crontab(5) has no field for seconds'
}

/** A right schedule as every cron takes it: most know nicknames in lower case only, and none goes on in another line. */
export function cronSpelling(expression: string): string {
  const text = expression.trim().replace(/\s+/g, ' ')
  return text.startsWith('@') ? text.toLowerCase() : text
}

function everySpan(expression: string): string | undefined {
  return /^@every(?:\s+(\S.*))?$/i.exec(expression.trim())?.map((part) => part ?? '')[1]
}
