/**
 * Debian's cron as a model, minute by minute, written from cron(8) and its main loop and not from guard: the wall clock of
 * the zone is looked at each minute, and what it shows decides what is started.
 */

const words = [
  [],
  [],
  [],
  'jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
  'sun mon tue wed thu fri sat'.split(' '),
]
const limits = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const
const nicknames: Readonly<Record<string, string>> = {
  ...{'@yearly': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *'},
  '@hourly': '0 * * * *',
}
export const minuteMs = 60_000
/** Clocks are set at whole and half hours alone. */
const steadyMs = 30 * minuteMs
/** After a greater jump of the clock cron starts nothing for what was left out or shown twice; minutes. */
const correctable = 180

export interface Year {
  readonly timezone: string
  readonly fromMs: number
  readonly toMs: number
  /** What the wall clock shows in each minute, as if it were UTC, ms. */
  readonly walls: Float64Array
}

export function yearIn(timezone: string, year: number): Year {
  const [fromMs, toMs] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)]
  const format = new Intl.DateTimeFormat('en', {timeZone: timezone, timeZoneName: 'longOffset'})
  const walls = new Float64Array((toMs - fromMs) / minuteMs)
  for (let at = fromMs; at < toMs; at += steadyMs) {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d+):(\d+))?$/.exec(format.format(at)) ?? []
    const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * minuteMs
    for (let ms = 0; ms < steadyMs; ms += minuteMs) walls[(at + ms - fromMs) / minuteMs] = at + ms + offsetMs
  }
  return {timezone, fromMs, toMs, walls}
}

/** When cron starts a job, ms, in order. */
export function modelSlots(expression: string, {walls, fromMs}: Year): readonly number[] {
  const {isWild, isDue} = read(nicknames[expression] ?? expression)
  const slots: number[] = []
  let virtualMs = (walls[0] ?? 0) - minuteMs
  for (let index = 0; index < walls.length; index++) {
    const wallMs = walls[index] as number
    const ahead = (wallMs - virtualMs) / minuteMs
    const isKnown = Math.abs(ahead) <= correctable
    // After the clock was set back, jobs of a fixed time wait until it shows what it has not shown yet.
    const isBehind = isKnown && ahead <= 0
    let isStarted = (isWild || !isBehind) && isDue(wallMs)
    // After it was set forward, jobs of a fixed time are started for what it has left out.
    if (isKnown && !isWild)
      for (let ms = virtualMs + minuteMs; ms < wallMs && !isStarted; ms += minuteMs) isStarted = isDue(ms)
    if (isStarted) slots.push(fromMs + index * minuteMs)
    if (!isBehind) virtualMs = wallMs
  }
  return slots
}

function read(expression: string): {readonly isWild: boolean; readonly isDue: (wallMs: number) => boolean} {
  const fields = expression.split(' ')
  const [minutes, hours, days, months, weekdays] = fields.map(valuesOf)
  const [minute, hour, day, , weekday] = fields.map((field) => field.startsWith('*'))
  const times = Array.from({length: 1440}, (_, at) => minutes?.has(at % 60) && hours?.has(Math.floor(at / 60)))
  const isDay = (wallMs: number) => {
    const wall = new Date(wallMs)
    if (!months?.has(wall.getUTCMonth() + 1)) return false
    const [ofMonth, ofWeek] = [days?.has(wall.getUTCDate()) === true, weekdays?.has(wall.getUTCDay()) === true]
    return day || weekday ? ofMonth && ofWeek : ofMonth || ofWeek
  }
  const isDue = (wallMs: number) => times[(wallMs / minuteMs) % 1440] === true && isDay(wallMs)
  return {isWild: minute === true || hour === true, isDue}
}

function valuesOf(field: string, index: number): ReadonlySet<number> {
  const [min = 0, max = 0] = limits[index] ?? []
  const value = (text: string) => {
    const word = words[index]?.indexOf(text.toLowerCase()) ?? -1
    return word < 0 ? Number(text) : word + min
  }
  const values = new Set<number>()
  for (const item of field.split(',')) {
    const [range = '', step = '1'] = item.split('/')
    const [first = '', last = first] = range.split('-')
    const [from, to] = range === '*' ? [min, max] : [value(first), value(last)]
    for (let one = from; one <= to; one += Number(step)) values.add(index === 4 ? one % 7 : one)
  }
  return values
}
