import {expect, test} from 'vitest'
import {shortReason} from '../../../src/http/dashboard/text/reason.js'
import {scheduleText} from '../../../src/http/dashboard/text/schedule.js'
import {clockAt, exactSpan, secondsAt, shortSpan} from '../../../src/http/dashboard/text/span.js'

test.each([
  ['* * * * *', 'every 1 min'],
  ['*/15 * * * *', 'every 15 min'],
  // After :49 follows :00, which is 11 minutes later.
  ['*/7 * * * *', '*/7 * * * *'],
  ['5 * * * *', 'every 1 h at :05'],
  ['30 */6 * * *', 'every 6 h at :30'],
  ['0 3 * * *', 'daily 03:00'],
  ['0 0,12 * * *', '00:00, 12:00'],
  ['15 14 * * 1-5', 'Mon-Fri 14:15'],
  ['0 4 * * sun', 'Sun 04:00'],
  ['0 4 * * 1,3', 'Mon, Wed 04:00'],
  ['0 6 1 * *', 'on day 1, 06:00'],
  // Both days count, or both must be met: that is too much for a short text.
  ['0 6 1 * 1', '0 6 1 * 1'],
  ['0 6 1 3 *', '0 6 1 3 *'],
  ['@every 90s', 'every 90s'],
  ['@daily', 'daily 00:00'],
  ['0 0 3 * * *', '0 0 3 * * *'],
  ['0-10 4 * * *', '0-10 4 * * *'],
])('a schedule %s reads %s', (expression, text) => {
  expect(scheduleText(expression)).toBe(text)
})

test.each([
  [181, '181 ms'],
  [74_000, '74 s'],
  [180_000, '3 min'],
  [46 * 60_000, '46 min'],
  [36 * 3_600_000, '36 h'],
  [3 * 86_400_000, '3 d'],
])('a span of %i ms is short as %s', (ms, text) => {
  expect(shortSpan(ms)).toBe(text)
})

test.each([
  [3200, '3.2 s'],
  [53_000, '53 s'],
  [118_000, '1 min 58 s'],
  [119_800, '2 min'],
  [120_000, '2 min'],
  [7_500_000, '2 h 5 min'],
  [90_000_000, '1 d 1 h'],
])('a span of %i ms is exact as %s', (ms, text) => {
  expect(exactSpan(ms)).toBe(text)
})

test('a time names its day unless it is today', () => {
  const at = Date.parse('2026-11-27T14:15:52Z')
  expect(clockAt(at, at + 3_600_000, 'utc')).toBe('14:15')
  expect(clockAt(at, at + 86_400_000, 'utc')).toBe('Fri 14:15')
  expect(clockAt(at, at + 40 * 86_400_000, 'utc')).toBe('27 Nov 14:15')
  expect(secondsAt(at, at, 'utc')).toBe('14:15:52')
})

test.each([
  [
    'its last run failed 3m ago (socket, closed); its recovery budget is spent',
    'socket, closed; its recovery budget is spent',
  ],
  [
    'its last run failed 1m 53s ago (socket, closed), 3 bad runs in a row for 43m 47s',
    'socket, closed, 3 bad runs in a row for 43m 47s',
  ],
  ['its last run timed out 4s ago (exit 124 (killed))', 'exit 124 (killed)'],
  ['its last run failed 3m ago', 'its last run failed 3m ago'],
  ['its lease expired 44m ago', 'its lease expired 44m ago'],
])('the reason %s is short as %s', (reason, text) => {
  expect(shortReason(reason)).toBe(text)
})
