import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import {type AttemptResult, type AttemptStart, retryAttempts} from '../../../src/usecases/recovery/retry.js'
import {fakeClock} from '../../support/fake-clock.js'

const policy = {...jobDefaults.retry, maxAttempts: 4, jitter: 0}

/** Runs the given ends one after the other and tells what was started, and when. */
async function retry(
  ends: readonly AttemptResult[],
  more: {tokens?: number; deadlineMs?: number; signal?: AbortSignal; waitsTooLongMs?: number} = {},
) {
  const clock = fakeClock()
  const begun = clock.mono()
  const starts: (AttemptStart & {atMs: number})[] = []
  let tokens = more.tokens ?? 10
  const deps = {
    clock,
    random: () => 0,
    showWait: async <T>(_what: string, wait: () => Promise<T>) => {
      clock.advance(more.waitsTooLongMs ?? 0)
      return wait()
    },
    takeToken: () => (tokens-- > 0 ? undefined : 'the budget is used up'),
    onRetry: () => undefined,
    signal: more.signal,
  }
  const {deadlineMs} = more
  const result = await retryAttempts(
    deps,
    {...policy, ...(deadlineMs !== undefined && {deadlineMs})},
    async (start) => {
      starts.push({...start, atMs: clock.mono() - begun})
      clock.advance(100)
      return ends[starts.length - 1] ?? {outcome: 'failed', class: 'server'}
    },
  )
  return {...result, starts}
}

const server: AttemptResult = {outcome: 'failed', class: 'server'}
const timeout: AttemptResult = {outcome: 'timed-out', class: 'timeout'}

test('the first healthy attempt ends it', async () => {
  const {attempts, last, starts} = await retry([server, {outcome: 'healthy', class: 'unknown'}])
  expect({attempts, outcome: last.outcome}).toEqual({attempts: 2, outcome: 'healthy'})
  expect(starts.map(({atMs}) => atMs)).toEqual([0, 2100])
})

test('it gives up with the last end, and says why', async () => {
  expect(await retry([])).toMatchObject({attempts: 4, stopped: 'gave up after 4 attempts', last: server})
})

test('each timeout doubles the time of the next attempt', async () => {
  const {starts} = await retry([timeout, timeout, server])
  expect(starts.map(({timeoutFactor}) => timeoutFactor)).toEqual([1, 2, 4, 4])
})

test('one deadline holds over all attempts', async () => {
  const {attempts, stopped, starts} = await retry([], {deadlineMs: 5000})
  expect(starts.map(({remainingMs}) => remainingMs)).toEqual([5000, 2900])
  expect({attempts, stopped}).toEqual({attempts: 2, stopped: 'the deadline of 5s leaves no time for another attempt'})
})

test('no attempt starts after the deadline, also if the wait for it took longer than it should', async () => {
  const {attempts, stopped} = await retry([], {deadlineMs: 5000, waitsTooLongMs: 3000})
  expect({attempts, stopped}).toEqual({attempts: 1, stopped: 'the deadline of 5s leaves no time for another attempt'})
})

test('what is left of the deadline is whole milliseconds', async () => {
  const {starts} = await retry([], {deadlineMs: 5000, waitsTooLongMs: 0.3})
  expect(starts.map(({remainingMs}) => remainingMs)).toEqual([5000, 2900])
})

test('an empty budget stops it, and its reason is told', async () => {
  expect(await retry([], {tokens: 1})).toMatchObject({
    attempts: 2,
    stopped: 'the budget is used up',
  })
})

test('a cancelled retry makes no further attempt, and gives the reason that it was cancelled for', async () => {
  expect(await retry([], {signal: AbortSignal.abort()})).toMatchObject({attempts: 1, stopped: 'cancelled'})
  expect(await retry([], {signal: AbortSignal.abort('enough')})).toMatchObject({attempts: 1, stopped: 'enough'})
})
