import {parseDuration} from './duration.js'

const dayMs = 86_400_000

/**
 * A time that a person names: a clock time of the last 24 hours (`14:15`, `14:15:30`), a date with a time in ISO 8601, or
 * how long ago it was (`2h`). Wall clock, ms.
 *
 * @param offsetMinutes of the machine's zone, as `Date.getTimezoneOffset` has it
 * @returns undefined if the text is none of these, or a time to come
 */
export function pastTime(text: string, nowMs: number, offsetMinutes: number): number | undefined {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (clock) {
    const [hours, minutes, seconds] = clock.slice(1).map((part) => Number(part ?? 0)) as [number, number, number]
    const offsetMs = offsetMinutes * 60_000
    const midnightMs = Math.floor((nowMs - offsetMs) / dayMs) * dayMs + offsetMs
    const atMs = midnightMs + ((hours * 60 + minutes) * 60 + seconds) * 1000
    return atMs > nowMs ? atMs - dayMs : atMs
  }
  const ago = parseDuration(text)
  if (ago !== undefined) return nowMs - ago
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN
  return Number.isNaN(at) || at > nowMs ? undefined : at
}
