import {Cron} from 'croner'
import {expect, onTestFinished, test, vi} from 'vitest'
import {createSlots} from '../../../src/system/host/slots.js'

const at = (text: string) => Date.parse(text)

test.each([
  ['a slot counts from its very second on', '0 14 * * *', 'UTC', '2026-03-09T14:00:00Z', '2026-03-09T14:00:00Z'],
  ['a moment before it does not', '0 14 * * *', 'UTC', '2026-03-09T13:59:59.999Z', '2026-03-08T14:00:00Z'],
  ['weekdays are kept', '15 14 * * 1-5', 'UTC', '2026-03-08T12:00:00Z', '2026-03-06T14:15:00Z'],
  ['the zone counts', '0 9 * * *', 'America/New_York', '2026-01-05T20:00:00Z', '2026-01-05T14:00:00Z'],
  [
    'a slot in the hour that summer time leaves out runs after it',
    '30 2 * * *',
    'America/New_York',
    '2026-03-08T12:00:00Z',
    '2026-03-08T07:00:00Z',
  ],
  [
    'a slot in the hour that comes twice runs once',
    '30 1 * * *',
    'America/New_York',
    '2026-11-01T12:00:00Z',
    '2026-11-01T05:30:00Z',
  ],
  [
    'one of several slots in the hour that comes twice runs once',
    '0,30 1-3 * * *',
    'America/New_York',
    '2026-11-01T06:45:00Z',
    '2026-11-01T05:30:00Z',
  ],
  ['and runs on after it', '0,30 1-3 * * *', 'America/New_York', '2026-11-01T07:10:00Z', '2026-11-01T07:00:00Z'],
  [
    'a slot of any hour runs twice in it',
    '30 * * * *',
    'America/New_York',
    '2026-11-01T06:45:00Z',
    '2026-11-01T06:30:00Z',
  ],
  [
    'a clock may be set back by half an hour',
    '45 0-1 * * *',
    'Australia/Lord_Howe',
    '2026-04-04T15:20:00Z',
    '2026-04-04T14:45:00Z',
  ],
  ['of day and weekday one is enough', '0 0 1,13 * 5', 'UTC', '2026-11-16T12:00:00Z', '2026-11-13T00:00:00Z'],
  [
    'of day and weekday one that begins with * is not enough',
    '0 0 */2 * 1',
    'UTC',
    '2026-11-22T12:00:00Z',
    '2026-11-09T00:00:00Z',
  ],
  ['29 February is found in the year that has it', '0 0 29 2 *', 'UTC', '2026-03-01T00:00:00Z', '2024-02-29T00:00:00Z'],
])('%s', (_title, expression, timezone, now, expected) => {
  const latest = createSlots().latest({expression, timezone}, at(now))
  expect(new Date(latest ?? 0).toISOString()).toBe(new Date(expected).toISOString())
})

test("the hour that comes twice is known of the machine's own time zone too", () => {
  const {TZ} = process.env
  onTestFinished(() => {
    if (TZ === undefined) delete process.env['TZ']
    else process.env['TZ'] = TZ
  })
  process.env['TZ'] = 'America/New_York'
  const latest = createSlots().latest({expression: '0,30 1 * * *', timezone: undefined}, at('2026-11-01T06:45:00Z'))
  expect(new Date(latest ?? 0).toISOString()).toBe('2026-11-01T05:30:00.000Z')
})

test('an expression that nobody checked is named', () => {
  expect(() => createSlots().latest({expression: '99 * * * *', timezone: 'UTC'}, 0)).toThrow(
    '"99 * * * *" is not a cron',
  )
})

test('ten thousand jobs of one expression cost one question', () => {
  const slots = createSlots()
  const questions = vi.spyOn(Cron.prototype, 'previousRuns')
  onTestFinished(() => questions.mockRestore())
  for (let job = 0; job < 10_000; job++)
    slots.latest({expression: '*/5 * * * *', timezone: 'UTC'}, at('2026-01-05T12:00:00Z'))
  expect(questions).toHaveBeenCalledTimes(1)
})

test('the next slot is the first one after a time', () => {
  const slots = createSlots()
  const at = Date.UTC(2026, 0, 5, 12, 7)
  expect(slots.next({expression: '*/10 * * * *', timezone: 'UTC'}, at)).toBe(Date.UTC(2026, 0, 5, 12, 10))
  expect(slots.next({expression: '0 3 * * *', timezone: 'UTC'}, at)).toBe(Date.UTC(2026, 0, 6, 3))
})
