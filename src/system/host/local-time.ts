import type {LocalTime} from '../../domain/delivery/quiet-hours.js'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** What the clock on the wall shows in a zone. @param timezone IANA name; undefined for that of the machine */
export function localTime(atMs: number, timezone: string | undefined): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timezone !== undefined && {timeZone: timezone}),
  })
  const parts = new Map(format.formatToParts(new Date(atMs)).map(({type, value}) => [type, value]))
  return {
    day: days.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}
