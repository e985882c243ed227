import {expect, test} from 'vitest'
import {clockText, roundSpan, withLocalTimes} from '../../../src/cli/render/times.js'
import {terminalPage} from '../../support/page.js'

const nowMs = Date.UTC(2026, 10, 30, 12)

test.each([
  ['2026-11-30T09:15:00.000Z', '09:15'],
  ['2026-11-28T09:15:00.000Z', 'Sat 09:15'],
  ['2026-06-01T09:15:00.000Z', '1 Jun 09:15'],
  ['2023-12-01T09:15:00.000Z', '1 Dec 2023 09:15'],
])('%s is %s, so that it is not taken for another time', (time, text) => {
  expect(clockText(terminalPage({nowMs}), Date.parse(time))).toBe(text)
})

test.each([
  [999.6, '999 ms'],
  [2700, '2 s'],
  [119_900, '119 s'],
  [7_199_000, '119 min'],
])('a column says of %d ms what a sentence says: %s', (ms, text) => {
  expect(roundSpan(ms)).toBe(text)
})

test('a reason has its times as the page has them, and what a job has printed stays as it is', () => {
  const page = terminalPage({nowMs})
  const local = (text: string) => withLocalTimes(page, text)
  expect(local('no run for the slot of 2026-11-30T01:55:00.000Z, late')).toBe('no run for the slot of 01:55, late')
  expect(local('no run for the slot of 2026-11-30T01:55:20.000Z')).toBe('no run for the slot of 01:55:20')
  expect(local('the next is allowed at 2026-12-01T01:57:03.125Z')).toBe('the next is allowed at Tue 01:57')
  const printed = 'its last run failed (2026-11-30T01:55:00.000Z ERROR at 2026-11-30T01:55:00.000Z)'
  expect(local(printed)).toBe(printed)
})
