import {parseDuration} from '../clock/duration.js'

/** How long the other side asked to be left alone: for a span, or until a time (wall clock, milliseconds). */
export type RetryAfter = {readonly waitMs: number} | {readonly untilMs: number}

/** Nobody is believed who asks for more than a day. */
const longestRetryAfterMs = 86_400_000

/**
 * Finds `Retry-After: 7` (RFC 9110 section 10.2.3: seconds or an HTTP date) in a line, as a header or in JSON, and the
 * same in words: `retry after 7 seconds`, `try again in 1m30s`. A bare number is seconds.
 */
export function parseRetryAfter(line: string): RetryAfter | undefined {
  const date = /retry-after["']?\s*[:=]\s*["']?([A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)/i.exec(
    line,
  )
  if (date?.[1]) return {untilMs: Date.parse(date[1])}
  const number =
    /(?:retry[ _-]?(?:after|in)|try again in)(_?ms|_?seconds)?["']?\s*[:=]?\s*["']?(\d[\d.a-z]{0,20})(?: ([a-z]{1,12}))?/i.exec(
      line,
    )
  if (!number?.[2]) return undefined
  const unit = /ms$/i.test(number[1] ?? '') ? 'ms' : (number[3] ?? '')
  const waitMs = spanOf(number[2].toLowerCase().replace(/\.+$/, ''), unit.toLowerCase())
  return waitMs === undefined || waitMs > longestRetryAfterMs ? undefined : {waitMs}
}

function spanOf(text: string, unit: string): number | undefined {
  if (/^[\d.]+$/.test(text)) return parseDuration(text + (unitLetters.find(([word]) => word.test(unit))?.[1] ?? 's'))
  // 1m30s
  const parts = text.match(/\d+(?:\.\d+)?[a-z]+/g) ?? []
  if (parts.join('') !== text) return undefined
  return parts.reduce<number | undefined>((sum, part) => {
    const span = parseDuration(part)
    return sum === undefined || span === undefined ? undefined : sum + span
  }, 0)
}

const unitLetters: readonly (readonly [RegExp, string])[] = [
  [/^(?:ms|milli)/, 'ms'],
  [/^(?:m|min|mins|minutes?)$/, 'm'],
  [/^(?:h|hours?)$/, 'h'],
]

/** What is left to wait at `now`; never negative. */
export function retryAfterMs(asked: RetryAfter, now: number): number {
  const wait = 'waitMs' in asked ? asked.waitMs : asked.untilMs - now
  return Math.min(longestRetryAfterMs, Math.max(0, wait))
}
