import {expect, test} from 'vitest'
import {pastTime} from '../../../src/domain/clock/past-time.js'

const now = Date.UTC(2026, 10, 27, 14, 18, 20)
const utc = (text: string) => new Date(pastTime(text, now, 0) ?? Number.NaN)

test.each([
  ['14:15', '2026-11-27T14:15:00.000Z'],
  ['14:15:30', '2026-11-27T14:15:30.000Z'],
  ['23:00', '2026-11-26T23:00:00.000Z'],
  ['2h', '2026-11-27T12:18:20.000Z'],
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
])('%s is %s', (text, expected) => {
  expect(utc(text).toISOString()).toBe(expected)
})

test('a clock time is one of the zone of the machine', () => {
  // UTC+2, where it is 16:18.
  expect(new Date(pastTime('16:00', now, -120) ?? 0).toISOString()).toBe('2026-11-27T14:00:00.000Z')
})

test.each(['', 'yesterday', '25:00', '2027-01-01T00:00:00Z', '2026-13-40'])('%j is not a time of the past', (text) => {
  expect(pastTime(text, now, 0)).toBeUndefined()
})
