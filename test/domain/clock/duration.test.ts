import {expect, test} from 'vitest'
import {durationProblem, formatDuration, parseDuration} from '../../../src/domain/clock/duration.js'
import {fc} from '../../support/properties.js'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['90', 90_000],
  ['1.5h', 5_400_000],
  ['0', 0],
  [' 5s ', 5000],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['', 'soon', '-5s', '5 s', '5sec', '1e3', '0x10', 's', '1h30m', '.5s', '99999999d', 'Infinity', '5S'])(
  '"%s" is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

test('a span that is too long is said to be that', () => {
  expect(['soon', '99999d', '3651d'].map(durationProblem)).toEqual([
    'is not a duration',
    'is longer than 3650d',
    'is longer than 3650d',
  ])
})

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 3650 * 86_400_000}), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms)
    }),
  )
})

test.each([
  [90_000, '90s'],
  [5_400_000, '90m'],
  [86_400_000, '1d'],
  [250, '250ms'],
  [899.930_999_999_865_9, '900ms'],
  [999.6, '1s'],
])('%d ms is written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
