/** The latest time that a date can have. */
const latestMs = 8.64e15

/** ISO 8601 UTC for other programs; a time that is none is the year 1970. */
export function safeIsoTime(atMs: number): string {
  return new Date(Math.abs(atMs) <= latestMs ? atMs : 0).toISOString()
}

/** `2026-11-29 06:20:11 UTC+1`. Wall clock, ms; an IANA name. */
export function zonedTime(atMs: number, timezone: string): string {
  if (!(Math.abs(atMs) <= latestMs)) return 'unknown'
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hourCycle: 'h23',
    ...{year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit'},
    timeZoneName: 'shortOffset',
  })
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({type, value}) => [type, value]))
  const {year, month, day, hour, minute, second, timeZoneName = ''} = parts
  return `${year}-${month}-${day} ${hour}:${minute}:${second} ${timeZoneName.replace('GMT', 'UTC').replace(/\+0$/, '')}`
}
