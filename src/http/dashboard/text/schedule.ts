/** A schedule for people, where its form is a common one: `every 15 min`, `Mon-Fri 14:15`. Else as it is written. */
export function scheduleText(expression: string): string {
  const text = expression.trim()
  const known = nicknames[text]
  if (known !== undefined) return known
  if (text.startsWith('@every ')) return text.slice(1)
  const fields = text.split(/\s+/)
  return (fields.length === 5 && fieldsText(fields)) || text
}

const nicknames: Readonly<Record<string, string>> = {
  '@hourly': 'every hour',
  '@daily': 'daily 00:00',
  '@midnight': 'daily 00:00',
  '@weekly': 'Sun 00:00',
  '@monthly': 'on day 1, 00:00',
  '@reboot': 'at boot',
}

/** @returns undefined if it has no short form */
function fieldsText(fields: readonly string[]): string | undefined {
  const [minute = '', hour = '', dayOfMonth = '', month = '', weekday = ''] = fields
  if (month !== '*') return undefined
  const time = timesText(minute, hour)
  if (dayOfMonth === '*' && weekday === '*') return time === undefined ? stepText(minute, hour) : dailyText(time, hour)
  if (time === undefined) return undefined
  if (weekday === '*') return /^\d+$/.test(dayOfMonth) ? `on day ${dayOfMonth}, ${time}` : undefined
  const days = dayOfMonth === '*' ? weekdaysText(weekday) : undefined
  return days && `${days} ${time}`
}

function dailyText(time: string, hour: string): string {
  return hour.includes(',') ? time : `daily ${time}`
}

/** `02:30`, or `00:00, 12:00` */
function timesText(minute: string, hour: string): string | undefined {
  if (!/^\d+$/.test(minute) || !/^\d+(,\d+){0,2}$/.test(hour)) return undefined
  const two = (number: string) => number.padStart(2, '0')
  return hour
    .split(',')
    .map((one) => `${two(one)}:${two(minute)}`)
    .join(', ')
}

function stepText(minute: string, hour: string): string | undefined {
  if (hour === '*' && minute === '*') return 'every 1 min'
  const [, minutes] = /^\*\/(\d+)$/.exec(minute) ?? []
  if (hour === '*' && minutes !== undefined && 60 % Number(minutes) === 0) return `every ${minutes} min`
  if (!/^\d+$/.test(minute)) return undefined
  if (hour === '*') return `every 1 h at :${minute.padStart(2, '0')}`
  const [, hours] = /^\*\/(\d+)$/.exec(hour) ?? []
  if (hours === undefined || 24 % Number(hours) !== 0) return undefined
  return `every ${hours} h at :${minute.padStart(2, '0')}`
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function weekdaysText(field: string): string | undefined {
  const nameOf = (day: string) => {
    if (/^[0-7]$/.test(day)) return weekdays[Number(day)]
    return weekdays.find((name) => name.toLowerCase() === day.toLowerCase())
  }
  const parts = field.split(',').map((part) => part.split('-').map(nameOf))
  if (parts.some((ends) => ends.length > 2 || ends.includes(undefined))) return undefined
  return parts.map((ends) => ends.join('-')).join(', ')
}
