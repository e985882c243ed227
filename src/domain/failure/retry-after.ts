/** How long the other side asks to be left alone: for a span, or until a time (wall clock, milliseconds). */
export type RetryAfter = {readonly waitMs: number} | {readonly untilMs: number}

/**
 * Finds `Retry-After: 7` (RFC 9110 section 10.2.3: seconds or a date in any of its three forms) in a line, as a header
 * or in JSON, and the same in words: `retry after 7 seconds`, `try again in 1m30s`. A bare number is seconds, one after
 * `retry-after-ms` milliseconds.
 *
 * @returns undefined if the line has neither a span nor a date that can be read
 */
export function parseRetryAfter(line: string): RetryAfter | undefined {
  const untilMs = dateOf(line)
  if (untilMs !== undefined) return {untilMs}
  const span =
    /(?:retry[ _-]?(?:after|in)|try again in)([_-]?ms|[_-]?seconds)?["']?\s{0,9}[:=]?\s{0,9}["']?(\d[\d.a-z]{0,20})(?: ([a-z]{1,12}))?/i.exec(
      line,
    )
  if (!span?.[2]) return undefined
  const unit = /ms$/i.test(span[1] ?? '') ? 'ms' : (span[3] ?? '')
  const waitMs = spanOf(span[2].toLowerCase().replace(/\.+$/, ''), unit.toLowerCase())
  return waitMs === undefined ? undefined : {waitMs}
}

/** A date of RFC 9110 section 5.6.7: `Sun, 06 Nov 1994 …`, `Sunday, 06-Nov-94 …`, `Sun Nov  6 … 1994`; UTC. */
function dateOf(line: string): number | undefined {
  const text = /retry[_-]?after["']?\s{0,9}[:=]\s{0,9}["']?([A-Z][a-z]{2,8}[ ,].{20,30})/i.exec(line)?.[1] ?? ''
  const fixed = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT/i.exec(text)
  if (fixed) return utcOf(fixed[1], fixed[2], fixed[3], fixed[4])
  const old = /^\w{6,9}, (\d{2})-(\w{3})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT/i.exec(text)
  // Two digits are of this century up to 69, as strptime(3) has it.
  if (old) return utcOf(old[1], old[2], `${Number(old[3]) < 70 ? 20 : 19}${old[3]}`, old[4])
  const c = /^\w{3} (\w{3}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})/i.exec(text)
  return c ? utcOf(c[2]?.trim(), c[1], c[4], c[3]) : undefined
}

function utcOf(day = '', month = '', year = '', time = ''): number | undefined {
  const ms = Date.parse(`${day} ${month} ${year} ${time} GMT`)
  return Number.isNaN(ms) ? undefined : ms
}

const unitsMs = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}
type Unit = keyof typeof unitsMs

function spanOf(text: string, unit: string): number | undefined {
  if (/^[\d.]+$/.test(text)) return msOf(text, unitLetters.find(([word]) => word.test(unit))?.[1] ?? 's')
  // 1m30s
  const parts = Array.from(text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
  if (parts.map(([part]) => part).join('') !== text) return undefined
  return parts.reduce<number | undefined>((sum, [, number = '', letter]) => {
    const span = msOf(number, letter as Unit)
    return sum === undefined || span === undefined ? undefined : sum + span
  }, 0)
}

function msOf(number: string, unit: Unit): number | undefined {
  const ms = Math.round(Number(number) * unitsMs[unit])
  return Number.isFinite(ms) ? ms : undefined
}

const unitLetters: readonly (readonly [RegExp, Unit])[] = [
  [/^(?:ms|milli)/, 'ms'],
  [/^(?:m|min|mins|minutes?)$/, 'm'],
  [/^(?:h|hours?)$/, 'h'],
  [/^(?:d|days?)$/, 'd'],
]

/** What is left to wait at `now`, ms; undefined if that time has come, for then the answer asks for nothing. */
export function retryAfterMs(asked: RetryAfter, now: number): number | undefined {
  const wait = 'waitMs' in asked ? asked.waitMs : asked.untilMs - now
  return wait > 0 ? wait : undefined
}
