import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import {backoffMs, withJitter} from '../../../src/domain/retry/backoff.js'
import {type AttemptEnd, classOfAttempt, decideRetry, type RetryFacts} from '../../../src/domain/retry/retry.js'
import {giveBack, takeToken} from '../../../src/domain/retry/retry-budget.js'
import type {RetrySettings} from '../../../src/domain/settings/job.js'
import {fc} from '../../support/properties.js'

const policy: RetrySettings = {...jobDefaults.retry, maxAttempts: 6, jitter: 0}
const failed = (name: string): AttemptEnd => ({outcome: 'failed', class: name})
const facts = (...attempts: AttemptEnd[]): RetryFacts => ({
  attempts,
  retryAfter: undefined,
  elapsedMs: 0,
  now: 1_000_000,
  random: 0,
})
const delays = (name: string, times: number) =>
  Array.from({length: times}, (_, index) =>
    decideRetry({...policy, maxAttempts: 99}, facts(...Array.from({length: index + 1}, () => failed(name)))),
  ).map((decision) => (decision.retry ? decision.afterMs : decision.reason))

test('the default delays are 2, 4, 8, 16 seconds, at most 60', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffMs(policy, attempt) / 1000)).toEqual([2, 4, 8, 16, 32, 60, 60])
})

test('jitter takes its share off the delay at random', () => {
  expect(withJitter(1000, 0.5, 0)).toBe(500)
  expect(withJitter(1000, 0.5, 0.9999)).toBe(1000)
  expect(withJitter(1000, 0, 0.3)).toBe(1000)
})

test.each([
  ['server', [2000, 4000, 8000]],
  ['connection', [2000, 4000, 8000]],
  ['unknown', [2000, 4000, 8000]],
  ['rate-limit', [2000, 4000, 8000]],
  ['validation', [2000, 'validation is retried at most 1 times', 'validation is retried at most 1 times']],
  ['auth', ['auth is never retried', 'auth is never retried', 'auth is never retried']],
  ['not-found', ['not-found is never retried', 'not-found is never retried', 'not-found is never retried']],
])('%s is retried as the table says', (name, expected) => {
  expect(delays(name, 3)).toEqual(expected)
})

test('a timeout is retried with twice the time', () => {
  expect(decideRetry(policy, facts({outcome: 'timed-out', class: 'timeout'}))).toMatchObject({timeoutFactor: 2})
  expect(decideRetry(policy, facts(failed('server')))).toMatchObject({timeoutFactor: 1})
})

test('a rate limit waits for as long as it was asked, in seconds or until a date', () => {
  const asked = (retryAfter: RetryFacts['retryAfter'], name = 'rate-limit') =>
    decideRetry(policy, {...facts(failed(name)), retryAfter})
  expect(asked({waitMs: 7000})).toMatchObject({afterMs: 7000})
  expect(asked({untilMs: 1_030_000})).toMatchObject({afterMs: 30_000})
  expect(asked({waitMs: 7000}, 'server')).toMatchObject({afterMs: 7000})
  expect(asked({waitMs: 7000}, 'connection')).toMatchObject({afterMs: 2000})
})

test('a date in the past or no wait at all falls back to the backoff', () => {
  for (const retryAfter of [{untilMs: 5}, {untilMs: 1_000_000}, {waitMs: 0}])
    expect(decideRetry(policy, {...facts(failed('rate-limit')), retryAfter})).toMatchObject({
      retry: true,
      afterMs: 2000,
    })
})

test('there is no further attempt if the asked wait is longer than maxDelay', () => {
  const asked = (retryAfter: RetryFacts['retryAfter'], maxDelayMs = 60_000) =>
    decideRetry({...policy, maxDelayMs}, {...facts(failed('server')), retryAfter})
  expect(asked({waitMs: 172_800_000})).toEqual({retry: false, reason: 'asked to wait 2d, longer than maxDelay (1m)'})
  expect(asked({untilMs: 1_000_000 + 3_600_000})).toEqual({
    retry: false,
    reason: 'asked to wait 1h, longer than maxDelay (1m)',
  })
  expect(asked({waitMs: 60_001})).toMatchObject({retry: false})
  expect(asked({waitMs: 60_000})).toMatchObject({retry: true})
  expect(asked({waitMs: 3_600_000}, 7_200_000)).toMatchObject({retry: true})
})

test.each<[string, RetryFacts, Partial<RetrySettings>]>([
  ['healthy', facts({outcome: 'healthy', class: 'unknown'}), {}],
  ['killed is not retried', facts({outcome: 'killed', class: 'unknown'}), {}],
  ['skipped is not retried', facts({outcome: 'skipped', class: 'unknown'}), {}],
  ['retries are off', facts(failed('server')), {maxAttempts: 1}],
  ['retries are off', facts({outcome: 'killed', class: 'auth'}), {maxAttempts: 1}],
  ['gave up after 2 attempts', facts(failed('server'), failed('server')), {maxAttempts: 2}],
  ['the deadline of 10s leaves no time', {...facts(failed('server')), elapsedMs: 8500}, {deadlineMs: 10_000}],
])('there is no further attempt: %s', (reason, given, more) => {
  const decision = decideRetry({...policy, ...more}, given)
  expect(decision.retry).toBe(false)
  expect(decision.reason).toContain(reason)
})

test('whatever the history, the attempts never outnumber the policy nor pass the deadline', () => {
  const end = fc.record({
    outcome: fc.constantFrom('failed' as const, 'timed-out' as const, 'degraded' as const, 'killed' as const),
    class: fc.constantFrom('server', 'timeout', 'auth', 'rate-limit', 'validation', 'toString'),
  })
  fc.assert(
    fc.property(
      fc.array(end, {minLength: 1, maxLength: 8}),
      fc.nat(100_000),
      fc.double({min: 0, max: 0.999, noNaN: true}),
      (attempts, elapsedMs, random) => {
        const decision = decideRetry(
          {...policy, deadlineMs: 60_000},
          {...facts(...attempts), elapsedMs, random, retryAfter: {waitMs: 3000}},
        )
        if (!decision.retry) return
        expect(attempts.length).toBeLessThan(policy.maxAttempts)
        expect(elapsedMs + decision.afterMs).toBeLessThan(60_000)
        expect(decision.afterMs).toBeGreaterThanOrEqual(0)
      },
    ),
  )
})

test('the class is what the job states, a time limit of guard, or what the output shows', () => {
  expect(classOfAttempt('failed', 'uw-socket', 'server')).toBe('uw-socket')
  expect(classOfAttempt('timed-out', undefined, 'server')).toBe('timeout')
  expect(classOfAttempt('failed', undefined, 'server')).toBe('server')
  expect(classOfAttempt('failed', undefined, undefined)).toBe('unknown')
})

const reading = (ms: number) => ({at: ms, mono: ms, boot: 'b', host: 'h'})

test('a retry budget lends its reserve, gets a share back from each call, and is full again after an hour', () => {
  let budget = takeToken(undefined, 2, reading(0))
  budget = takeToken(budget, 2, reading(0))
  expect(takeToken(budget, 2, reading(0))).toBeUndefined()
  for (let call = 0; call < 10; call++) budget = giveBack(budget, 0.1, reading(0))
  budget = takeToken(budget, 2, reading(0))
  expect(budget).toBeDefined()
  expect(takeToken(budget, 2, reading(0))).toBeUndefined()
  const again = takeToken(budget, 2, reading(3_600_000))
  expect(takeToken(again, 2, reading(3_600_000))).toBeDefined()
})
