import type {Page} from './page.js'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** A time of the last day or the next one by its distance, on a terminal: `4m ago`, `in 9m`; else as `timeText`. */
export function whenText(page: Page, at: number): string {
  const awayMs = Math.abs(page.nowMs - at)
  if (!page.isTerminal || awayMs >= day) return timeText(page, at)
  const span = shortSpan(awayMs)
  return at > page.nowMs ? `in ${span}` : `${span} ago`
}

function shortSpan(ms: number): string {
  if (ms < minute) return `${Math.floor(ms / 1000)}s`
  return ms < hour ? `${Math.floor(ms / minute)}m` : `${Math.floor(ms / hour)}h`
}

/** `2026-11-28 21:02:16`; with its zone where no heading says it, in a pipe. */
export function timeText(page: Page, at: number): string {
  const offsetMs = page.utc ? 0 : -new Date(at).getTimezoneOffset() * minute
  const local = new Date(at + offsetMs).toISOString().replace('T', ' ').slice(0, 19)
  return page.isTerminal ? local : `${local}${offsetText(offsetMs)}`
}

/** The zone of the times, for a heading. */
export function zoneText({utc, nowMs}: Page): string {
  const offset = utc ? 'Z' : offsetText(-new Date(nowMs).getTimezoneOffset() * minute)
  return offset === 'Z' ? 'UTC' : `UTC${offset}`
}

function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z'
  const minutes = Math.abs(offsetMs) / minute
  const two = (number: number) => String(number).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** For a narrow column: one number of at most three digits and its unit, rounded down as in sentences. */
export function roundSpan(ms: number): string {
  if (ms < 1000) return `${Math.floor(ms)} ms`
  if (ms < 2 * minute) return `${Math.floor(ms / 1000)} s`
  if (ms < 2 * hour) return `${Math.floor(ms / minute)} min`
  return ms < 2 * day ? `${Math.floor(ms / hour)} h` : `${Math.floor(ms / day)} d`
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `14:20` of today, `Mon 14:15` within a week, `3 Jan 14:15`, or `3 Jan 2023 14:15` where the year could be taken for another. */
export function clockText(page: Page, at: number): string {
  const local = localDate(page, at)
  const text = local.toISOString()
  const time = text.slice(11, 16)
  if (text.startsWith(todayOf(page))) return time
  if (Math.abs(at - page.nowMs) < 6 * day) return `${weekdays[local.getUTCDay()]} ${time}`
  const year = Math.abs(at - page.nowMs) < 300 * day ? '' : ` ${local.getUTCFullYear()}`
  return `${local.getUTCDate()} ${months[local.getUTCMonth()]}${year} ${time}`
}

/** A page may have thousands of times, and the zone's offset is slow to find. */
const todays = new WeakMap<Page, string>()

function todayOf(page: Page): string {
  const known = todays.get(page)
  if (known !== undefined) return known
  const today = localDate(page, page.nowMs).toISOString().slice(0, 10)
  todays.set(page, today)
  return today
}

/** Reasons are on record with times in UTC. What a job has printed stays as it is, so the words before a time count. */
const ownTimes = /(?<=\b(?:slot of|allowed at|raised again from|raised by run \S+ at) )\d{4}-\d\d-\d\dT[\d:.]+Z/g

/** A reason with its times as the rest of the page has them. */
export function withLocalTimes(page: Page, text: string): string {
  return text.replace(ownTimes, (time) => {
    const at = Date.parse(time)
    const clock = clockText(page, at)
    return clock.length > 5 || at % minute === 0 ? clock : secondsText(page, at)
  })
}

/** `14:15:52` */
export function secondsText(page: Page, at: number): string {
  return localDate(page, at).toISOString().slice(11, 19)
}

/** `Fri 27 Nov 14:18:20 UTC`, for the head of a page. */
export function headTime(page: Page): string {
  const local = localDate(page, page.nowMs)
  const date = `${weekdays[local.getUTCDay()]} ${local.getUTCDate()} ${months[local.getUTCMonth()]}`
  return `${date} ${local.toISOString().slice(11, 19)} ${zoneText(page)}`
}

/** Its fields of UTC are those of the page's zone. */
function localDate({utc}: Page, at: number): Date {
  return new Date(at + (utc ? 0 : -new Date(at).getTimezoneOffset() * minute))
}
