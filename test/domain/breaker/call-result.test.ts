import {expect, test} from 'vitest'
import {hasAnswered} from '../../../src/domain/breaker/call-result.js'

test.each([
  ['healthy', undefined, true],
  ['skipped', undefined, true],
  ['failed', 'auth', true],
  ['failed', 'not-found', true],
  ['degraded', 'validation', true],
  ['failed', 'rate-limit', false],
  ['failed', 'server', false],
  ['timed-out', 'timeout', false],
  ['failed', 'uw-socket', false],
  ['failed', undefined, false],
  ['killed', 'auth', undefined],
  ['not-started', undefined, undefined],
] as const)('a call that ends %s by %s: the target answers %s', (outcome, failureClass, expected) => {
  expect(hasAnswered(outcome, failureClass)).toBe(expected)
})
