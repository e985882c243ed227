import {expect, test} from 'vitest'
import {isoTime} from '../../../src/domain/clock/iso-time.js'
import {fc} from '../../support/properties.js'

test('a time is written as Date writes it', () => {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
  fc.assert(
    fc.property(fc.integer({min: 0, max: last}), (at) => isoTime(at) === new Date(at).toISOString()),
    {
      numRuns: 2000,
      examples: [[0], [Date.UTC(2024, 1, 29)], [Date.UTC(2100, 1, 28, 23, 59, 59, 999)], [last]],
    },
  )
})

test('fractions of a millisecond are left out', () => {
  expect(isoTime(1.9)).toBe('1970-01-01T00:00:00.001Z')
})
