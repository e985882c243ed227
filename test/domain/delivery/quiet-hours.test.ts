import {expect, test} from 'vitest'
import {isQuiet, quietMinutes} from '../../../src/domain/delivery/quiet-hours.js'

const night = {fromMinute: 22 * 60, toMinute: 7 * 60, days: [5], timezone: undefined}

test.each([
  ['on their day after their beginning', {day: 5, minute: 23 * 60}, true],
  ['on the morning after', {day: 6, minute: 6 * 60}, true],
  ['not before', {day: 5, minute: 21 * 60}, false],
  ['not on the morning of their day', {day: 5, minute: 6 * 60}, false],
  ['not at their end', {day: 6, minute: 7 * 60}, false],
  ['not on another day', {day: 3, minute: 23 * 60}, false],
])('last over midnight %s', (_, time, quiet) => {
  expect(isQuiet(night, time)).toBe(quiet)
})

test('without days they are of each day', () => {
  const noon = {fromMinute: 12 * 60, toMinute: 13 * 60, days: [], timezone: undefined}
  for (const day of [0, 1, 2, 3, 4, 5, 6]) expect(isQuiet(noon, {day, minute: 12 * 60})).toBe(true)
})

test.each([
  ['at their end', {day: 6, minute: 6 * 60 + 50}, 10],
  ['over midnight', {day: 5, minute: 23 * 60 + 59}, 15],
  ['after a quarter of an hour, since the clock may be set meanwhile', {day: 6, minute: 60}, 15],
])('are asked again %s', (_, time, minutes) => {
  expect(quietMinutes(night, time)).toBe(minutes)
})
