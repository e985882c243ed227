import {expect, test} from 'vitest'
import {attemptLimitMs} from '../../../src/domain/retry/attempt-limit.js'

test.each([
  ['none without a timeout and a deadline', undefined, {timeoutFactor: 2, remainingMs: undefined}, undefined],
  ['a multiple of the timeout', 10_000, {timeoutFactor: 2, remainingMs: undefined}, 20_000],
  ['in whole milliseconds', 333, {timeoutFactor: 1.5, remainingMs: undefined}, 500],
  ['what the deadline leaves', undefined, {timeoutFactor: 1, remainingMs: 700}, 700],
  ['no more than the deadline leaves', 10_000, {timeoutFactor: 2, remainingMs: 700}, 700],
  ['no more than the timeout', 500, {timeoutFactor: 1, remainingMs: 700}, 500],
])('the limit of an attempt is %s', (_title, timeoutMs, span, expected) => {
  expect(attemptLimitMs(timeoutMs, span)).toBe(expected)
})
