/** Spans and times as texts. Everything is in ms; `zone` says whose clock is shown. */

export type Zone = 'utc' | 'local'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** One number and its unit, so rounded that it has at most three digits: `74 s`, `12 min`. */
export function shortSpan(ms: number): string {
  const away = Math.abs(ms)
  if (away < 1000) return `${Math.round(away)} ms`
  if (away < 2 * minute) return `${Math.round(away / 1000)} s`
  if (away < 2 * hour) return `${Math.round(away / minute)} min`
  return away < 2 * day ? `${Math.round(away / hour)} h` : `${Math.round(away / day)} d`
}

/** Two units where one is too coarse: `1 min 58 s`, `2 h 5 min`. */
export function exactSpan(ms: number): string {
  if (ms < 10_000 && ms % 1000 !== 0 && ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < minute) return shortSpan(ms)
  const [size, unit, small, smallUnit] =
    ms < hour
      ? ([minute, 'min', 1000, 's'] as const)
      : ms < day
        ? ([hour, 'h', minute, 'min'] as const)
        : ([day, 'd', hour, 'h'] as const)
  const smalls = Math.round(ms / small)
  const perUnit = size / small
  const rest = smalls % perUnit
  return `${Math.floor(smalls / perUnit)} ${unit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`
}

/** @param zone its fields in UTC are those of the zone */
function inZone(at: number, zone: Zone): string {
  const offsetMs = zone === 'utc' ? 0 : -new Date(at).getTimezoneOffset() * minute
  return new Date(at + offsetMs).toISOString()
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `14:20` of today, `Mon 14:15` within a week, else `3 Jan 14:15`. */
export function clockAt(at: number, now: number, zone: Zone): string {
  const [date, time] = [inZone(at, zone).slice(0, 10), inZone(at, zone).slice(11, 16)]
  if (date === inZone(now, zone).slice(0, 10)) return time
  const local = new Date(`${date}T00:00:00Z`)
  if (Math.abs(at - now) < 6 * day) return `${weekdays[local.getUTCDay()]} ${time}`
  return `${local.getUTCDate()} ${months[local.getUTCMonth()]} ${time}`
}

/** `14:15:52` of today, else with its day. */
export function secondsAt(at: number, now: number, zone: Zone): string {
  const seconds = inZone(at, zone).slice(16, 19)
  return `${clockAt(at, now, zone)}${seconds}`
}

/** `UTC`, `UTC+2`, `UTC+5:30` */
export function zoneName(now: number, zone: Zone): string {
  const minutes = zone === 'utc' ? 0 : -new Date(now).getTimezoneOffset()
  if (minutes === 0) return 'UTC'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}
