import type {Alert} from '../alert/alert.js'
import type {AlertLevel} from '../settings/job.js'
import {normalizedErrorLine} from './error-line.js'
import type {JobNews} from './message.js'

/**
 * - trouble: a job is in trouble until a recovery
 * - recovered: the trouble of a job is over
 * - notice: all else, also what other programs write; it has no end
 */
export type AlertEvent = 'trouble' | 'recovered' | 'notice'

/** What an alert says to the delivery. */
interface AlertNews {
  readonly event: AlertEvent
  readonly group: string
  readonly level: AlertLevel
  /** The job, or what stands for one. */
  readonly subject: string
  /** Whether nothing checks meanwhile that the trouble goes on: it may be over, so it is not told again. */
  readonly isToldOnce: boolean
  readonly news: JobNews
}

/** A reason may be as long as a line of an output; a message has up to ten of them. */
const longestReason = 400

/** Of a job or a component. A job that guard runs has a shorter name. */
const longestName = 128

/** Reads an alert, also one of another program: nothing in its details is taken for granted. */
export function alertNews(alert: Omit<Alert, 'key'>, atMs: number): AlertNews {
  const {details, level, component, message} = alert
  const event = eventOf(details['event'], alert.job)
  const subject = legible(alert.job ?? component, longestName) || 'unknown'
  const reason = legible(message, longestReason) || 'no text'
  const errorLine = textOf(details['errorLine'], longestReason)
  const failureClass = textOf(details['class'], 100)
  const verdict = textOf(details['verdict'], 40)
  return {
    event,
    group:
      event === 'notice'
        ? `${legible(component, longestName)}: ${normalizedErrorLine(reason)}`
        : causeOf({verdict, failureClass, errorLine, subject}),
    level,
    subject,
    isToldOnce: details['isToldOnce'] === true,
    news: {
      job: subject,
      level,
      reason,
      outcome: textOf(details['outcome'], 40),
      failureClass,
      runId: textOf(details['runId'], 40),
      badRuns: numberOf(details['badRuns']),
      durationMs: numberOf(details['durationMs']),
      errorLine,
      healthySinceMs: timeOf(details['healthySince']),
      sinceMs: timeOf(details['opened_at']) ?? atMs,
    },
  }
}

function eventOf(event: unknown, job: string | undefined): AlertEvent {
  return job !== undefined && (event === 'trouble' || event === 'recovered') ? event : 'notice'
}

interface Cause {
  readonly verdict: string | undefined
  readonly failureClass: string | undefined
  readonly errorLine: string | undefined
  readonly subject: string
}

/**
 * Names what belongs in one message: jobs that fail for one cause, or all that are hung, stalled or missed, of which the
 * message names each with its reason. A failure of which nothing says the cause stands for itself.
 */
export function causeOf({verdict, failureClass, errorLine, subject}: Cause): string {
  if (verdict !== undefined && verdict !== 'failing') return verdict
  const line = errorLine === undefined ? '' : normalizedErrorLine(errorLine)
  if (line === '' && (failureClass === undefined || failureClass === 'unknown')) return `job ${subject}`
  return `${failureClass ?? 'unknown'}: ${line}`
}

function textOf(value: unknown, most: number): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? legible(value, most) : undefined
}

/** One line, without control characters and halves of characters. */
function legible(text: string, most: number): string {
  const shown = text
    .slice(0, most * 4)
    .replace(/[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const cut = shown.length <= most ? shown : `${shown.slice(0, most - 1)}…`
  return cut.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

function timeOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}
