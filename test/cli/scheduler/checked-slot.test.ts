import {describe, expect, test} from 'vitest'
import {checkedSlot} from '../../../src/cli/scheduler/checked-slot.js'

describe('the slot of --slot', () => {
  test.each([
    ['2026-11-29T02:00:00Z', 'nightly#2026-11-29T02:00:00.000Z'],
    ['2026-11-29T02:00Z', 'nightly#2026-11-29T02:00:00.000Z'],
    ['2024-02-29T23:59:59.5+05:30', 'nightly#2024-02-29T18:29:59.500Z'],
    ['2026-01-01T00:30+01:00', 'nightly#2025-12-31T23:30:00.000Z'],
    ['nightly#2026-11-29T02:00:00.000Z', 'nightly#2026-11-29T02:00:00.000Z'],
    ['none', undefined],
  ])('%s is the one of that time', (given, key) => {
    expect(checkedSlot(given, 'nightly')).toBe(key)
  })

  test.each([
    '2026-02-30T02:00:00Z',
    '2026-02-29T02:00:00Z',
    '2026-04-31T02:00:00Z',
    '2026-11-29T24:00:00Z',
    '2026-11-29T24:00Z',
    '2026-13-01T02:00:00Z',
    '2026-00-10T02:00:00Z',
    '2026-11-29T02:60:00Z',
    '2026-11-29T02:00:60Z',
    '2026-11-29T02:00:00+24:00',
    '2026-11-29T02:00:00+02:99',
    '2026-11-29T02:00:00',
    'nightly#2026-02-30T02:00:00.000Z',
    'other#2026-11-29T02:00:00.000Z',
    'tomorrow',
  ])('%s is no time of the calendar, or none with a zone', (given) => {
    expect(() => checkedSlot(given, 'nightly')).toThrow(`--slot ${JSON.stringify(given)} is not a slot of nightly`)
  })
})
