import {CronExpressionParser} from 'cron-parser'
import {expect, test} from 'vitest'
import {createSlots, type Slots} from '../../../src/system/host/slots.js'
import {minuteMs, modelSlots, type Year, yearIn} from '../../support/cron-model.js'

/** Fifty schedules as crontabs have them, and the hard ones: steps, lists, words, day beside weekday, the hours of DST. */
const expressions = [
  ...['* * * * *', '*/5 * * * *', '*/7 * * * *', '0-59/15 * * * *', '1-59/2 * * * *', '0 * * * *', '30 * * * *'],
  ...[
    '0,30 * * * *',
    '45 */2 * * *',
    '0 */3 * * *',
    '0 1-23/2 * * *',
    '15 0-23/6 * * *',
    '*/15 2 * * *',
    '*/20 1 * * *',
  ],
  ...['0 2 * * *', '30 2 * * *', '15 2 * * *', '30 1 * * *', '0 1 * * *', '59 1 * * *', '0 3 * * *', '30 3 * * *'],
  ...['0,30 1-3 * * *', '10-50/20 1-3 * * *', '5 1,2,3 * * *', '*/30 1-3 * * *', '30 0-4 * * *', '15 14 * * 1-5'],
  ...['0 9 * * mon-fri', '0 0 * * 7', '30 2 * * sun', '0 12 * * 6,0', '0 4 8-14 * *', '0 0 1 * *', '0 0 31 * *'],
  ...['0 0 29 2 *', '0 6 1,15 * *', '0 0 1,13 * 5', '30 2 1 * sun', '0 0 */2 * 1', '0 5 1 */3 *', '0 0 13 * */2'],
  ...['0 8 1-7 * *', '0 3 * jan-mar sat', '23 5 * oct,dec *', '@hourly', '@daily', '@weekly', '@monthly', '@yearly'],
]
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const
const years = new Map(zones.map((zone) => [zone, yearIn(zone, 2026)]))
const yearOf = (zone: (typeof zones)[number]): Year => years.get(zone) as Year

/** With more slots than these the calculator takes too long for a whole year; the nights and some moments are enough. */
const most = 400
const nightMs = 150 * minuteMs

type Span = readonly [number, number]
type Asked = Parameters<Slots['next']>[0]

/** Around each change of the clock, and where the year begins. */
function nightsOf({walls, fromMs}: Year): readonly Span[] {
  const changes = [...walls.keys()].filter((index) => index > 0 && walls[index]! - walls[index - 1]! !== minuteMs)
  const nights = changes.map(
    (index): Span => [fromMs + index * minuteMs - nightMs, fromMs + index * minuteMs + nightMs],
  )
  return [[fromMs, fromMs + nightMs], ...nights]
}
const nights = new Map(zones.map((zone) => [zone, nightsOf(yearOf(zone))]))

const within = (slots: readonly number[], [from, to]: Span) =>
  slots.filter((at) => at >= from && at < to).map((at) => new Date(at).toISOString())

function forward({next}: Slots, schedule: Asked, [from, to]: Span) {
  const found: number[] = []
  for (let at = next(schedule, from - 1); at !== undefined && at < to; at = next(schedule, at)) found.push(at)
  return found
}

function backward({latest}: Slots, schedule: Asked, [from, to]: Span) {
  const found: number[] = []
  for (let at = latest(schedule, to - 1); at !== undefined && at >= from; at = latest(schedule, at - 1))
    found.unshift(at)
  return found
}

test('fifty schedules are compared, and the clock of three zones is set twice in the year', () => {
  expect(new Set(expressions).size).toBe(50)
  expect(zones.map((zone) => nights.get(zone)?.length)).toEqual([1, 3, 3, 3])
})

test.each(zones)('the slots of a year in %s are those of cron, asked forward and backward', (timezone) => {
  const year = yearOf(timezone)
  for (const expression of expressions) {
    const schedule = {expression, timezone}
    const slots = createSlots()
    const model = modelSlots(expression, year)
    const spans = nights.get(timezone) ?? []
    for (const span of spans) {
      expect(within(backward(slots, schedule, span), span), `before, ${expression}`).toEqual(within(model, span))
    }
    for (const span of model.length > most ? spans : [[year.fromMs, year.toMs] as const]) {
      expect(within(forward(slots, schedule, span), span), `after, ${expression}`).toEqual(within(model, span))
    }
    for (let moment = 1; moment < 10; moment++) {
      // Moments that no field favours, a little off the whole second.
      const at = year.fromMs + Math.floor(((moment * 0.618_034) % 1) * (year.toMs - year.fromMs)) + 1
      const after = model.find((slot) => slot > at)
      if (after !== undefined) expect(slots.next(schedule, at), `${expression} after ${at}`).toBe(after)
      const before = model.findLast((slot) => slot <= at)
      if (before !== undefined) expect(slots.latest(schedule, at), `${expression} before ${at}`).toBe(before)
    }
  }
})

/** It takes either of day and weekday, where cron asks for both because one begins with `*`. */
const eitherInParser = ['0 0 */2 * 1', '0 0 13 * */2']
/** What the clock leaves out it starts an hour later or, in a list, not at all; and no hour is a wildcard to it. */
const otherNights = {
  UTC: [],
  'Europe/Berlin': [
    ...['45 */2 * * *', '*/15 2 * * *', '30 2 * * *', '15 2 * * *', '10-50/20 1-3 * * *', '5 1,2,3 * * *'],
    ...['*/30 1-3 * * *', '30 0-4 * * *', '30 2 * * sun', '30 2 1 * sun'],
  ],
  'America/New_York': [
    ...['45 */2 * * *', '*/15 2 * * *', '*/20 1 * * *', '30 2 * * *', '15 2 * * *', '10-50/20 1-3 * * *'],
    ...['5 1,2,3 * * *', '*/30 1-3 * * *', '30 0-4 * * *', '30 2 * * sun', '30 2 1 * sun'],
  ],
} as const
/** It is slow: where there are more slots, the nights are compared. */
const mostInParser = 120

function parserSlots(expression: string, {timezone}: Year, [from, to]: Span): readonly number[] {
  const parsed = CronExpressionParser.parse(expression, {tz: timezone, currentDate: new Date(from - 1)})
  const found: number[] = []
  for (let at = parsed.next().getTime(); at < to; at = parsed.next().getTime()) found.push(at)
  return found
}

test.each(['UTC', 'Europe/Berlin', 'America/New_York'] as const)(
  'cron-parser finds the same slots in %s, but for its known differences',
  (timezone) => {
    const year = yearOf(timezone)
    const spans = nights.get(timezone) ?? []
    const isOfNight = (at: string) => spans.slice(1).some((span) => within([Date.parse(at)], span).length > 0)
    const different: string[] = []
    for (const expression of expressions.filter((one) => !eitherInParser.includes(one))) {
      const slots = createSlots()
      const isSparse = modelSlots(expression, year).length <= mostInParser
      for (const span of isSparse ? [[year.fromMs, year.toMs] as const] : spans) {
        const mine = within(forward(slots, {expression, timezone}, span), span)
        const theirs = within(parserSlots(expression, year, span), span)
        if (mine.join() !== theirs.join() && different.at(-1) !== expression) different.push(expression)
        const byDay = (all: readonly string[]) => all.filter((at) => !isOfNight(at))
        expect(byDay(mine), expression).toEqual(byDay(theirs))
      }
    }
    expect(different).toEqual(otherNights[timezone])
  },
)

test('cron-parser has no answer on Lord Howe Island, whose clock is set by half an hour', () => {
  const year = yearOf('Australia/Lord_Howe')
  expect(() => parserSlots('0 3 * * *', year, [Date.UTC(2026, 3, 1), Date.UTC(2026, 3, 7)])).toThrow('loop limit')
})
