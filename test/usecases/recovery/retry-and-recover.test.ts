import {describe, expect, test} from 'vitest'
import type {JobSettings, RecoveryStep} from '../../../src/domain/settings/job.js'
import {GuardError} from '../../../src/errors.js'
import {type RetryAndRecoverDeps, retryAndRecover} from '../../../src/usecases/recovery/retry-and-recover.js'
import type {Attempt} from '../../../src/usecases/run/attempt-job.js'
import {recorder} from '../../../src/usecases/run/run-records.js'
import {type FakeAttempt, fakeRun} from '../../support/fake-run.js'

const exec: RecoveryStep = {do: 'exec', when: [], command: ['fix'], timeoutMs: 1000}
const verify: RecoveryStep = {do: 'verify', when: [], pollMs: 1000}
const refused: FakeAttempt = {code: 2, evidence: {class: 'connection'}}
const failed: Attempt = {outcome: 'unhealthy', exitCode: 2, class: 'connection', detail: 'refused'}

interface Scene extends Partial<JobSettings> {
  readonly maxAttempts?: number
  readonly deadlineMs?: number
  /** How long the first attempt has taken. */
  readonly tookMs?: number
}

/** A job whose first attempt has failed; `later` is how the attempts after it end, the last one again and again. */
function scene(
  {maxAttempts = 1, deadlineMs, tookMs = 0, ...settings}: Scene,
  later: readonly FakeAttempt[] = [refused],
) {
  const {retry} = fakeRun().request.settings
  const policy = {...retry, maxAttempts, ...(deadlineMs !== undefined && {deadlineMs})}
  const run = fakeRun({...settings, retry: policy}, [refused, ...later])
  const {clock, deps, request} = run
  const output = deps.openOutput(false)
  const records = recorder(deps, request)
  const first = {
    ...{job: request.job, settings: request.settings, number: 1, timeoutMs: 10_000, token: 7, output, records},
    signals: deps.catchSignals(),
    bind: () => undefined,
    leaveTo: () => undefined,
    isFenced: () => false,
  }
  const start = (more: Partial<RetryAndRecoverDeps> = {}, attempt = failed) =>
    retryAndRecover({...deps, ...more}, {...request, first, attempt, begunAt: clock.mono() - tookMs})
  return {...run, start}
}

describe('retries', () => {
  test('the first attempt is the one that was made; further ones are numbered on', async () => {
    const {start, seen} = scene({maxAttempts: 3}, [refused, {code: 0}])
    expect(await start()).toMatchObject({attempt: {outcome: 'healthy', exitCode: 0}, attempts: 3, recovered: false})
    expect(seen.tasks.map(({number}) => number)).toEqual([2, 3])
  })

  test('each retry is announced with its reason and wait, and waited for', async () => {
    const {start, seen, clock} = scene({maxAttempts: 2}, [{code: 0}])
    const begun = clock.mono()
    await start()
    const waited = clock.mono() - begun
    expect(seen.warnings).toEqual([`backup: attempt 1 failed (connection), the next in ${waited}ms`])
    expect(waited).toBeGreaterThan(0)
  })

  test('a timeout gets twice the time, but no more than the deadline over all attempts leaves', async () => {
    const timedOut: Attempt = {outcome: 'timed-out', exitCode: 124, class: 'timeout'}
    const free = scene({maxAttempts: 2}, [{code: 0}])
    await free.start({}, timedOut)
    expect(free.seen.tasks[0]?.timeoutMs).toBe(20_000)
    const bounded = scene({maxAttempts: 2, deadlineMs: 12_000}, [{code: 0}])
    await bounded.start({}, timedOut)
    expect(bounded.seen.tasks[0]?.timeoutMs).toBeLessThan(12_000)
  })

  test('the deadline counts from the beginning of the first attempt', async () => {
    const {start, seen} = scene({maxAttempts: 2, deadlineMs: 12_000, tookMs: 12_000})
    expect(await start()).toMatchObject({attempts: 1})
    expect(seen.tasks).toEqual([])
  })

  test('tokens come from the budget of the breaker’s target, else of the job, and a good end gives back', async () => {
    const own = scene({maxAttempts: 2}, [{code: 0}])
    await own.start()
    const shared = scene({maxAttempts: 2, breaker: {target: 'api'}}, [{code: 0}])
    await shared.start()
    const targets = [own, shared].map(({breakers}) => breakers.lines.map(({kind, target}) => [kind, target]))
    expect(targets).toEqual([
      [
        ['retried', 'backup'],
        ['succeeded', 'backup'],
      ],
      // Of a target the record of the call gives back.
      [['retried', 'api']],
    ])
  })

  test.each([
    ['of the job', {}, 'backup', 'the retry budget of job backup is used up'],
    ['of its target', {breaker: {target: 'api'}}, 'api', 'the retry budget of target api is used up'],
  ])('a spent retry budget %s ends the retries, and is named', async (_whose, breaker, target, notRetried) => {
    const {start, breakers, seen} = scene({maxAttempts: 3, ...breaker})
    for (let taken = 0; taken < 10; taken++) breakers.append({kind: 'retried', target, reserve: 10}, 'buffered')
    expect(await start()).toMatchObject({attempts: 1, notRetried})
    expect(seen.tasks).toEqual([])
  })

  test('without a journal for the budget the job is retried all the same', async () => {
    const {start, seen} = scene({maxAttempts: 2}, [{code: 0}])
    const openBreakers = () => Promise.reject(new GuardError('io', 'disk full'))
    expect(await start({openBreakers})).toMatchObject({attempts: 2, attempt: {outcome: 'healthy'}})
    expect(seen.warnings[0]).toBe('the retry budget was not asked: disk full')
  })

  test('a signal to guard ends the retries, and nothing is recovered', async () => {
    const {start, ending, seen} = scene({maxAttempts: 3, recovery: [exec]})
    ending.abort()
    expect(await start()).toMatchObject({attempts: 1, recovered: false})
    expect(seen.done).toEqual([])
  })

  test('that are not made, though the settings ask for them, are said with the reason', async () => {
    const later = {...failed, class: 'rate-limit', retryAfter: {waitMs: 200_000}}
    const asked = scene({maxAttempts: 2})
    const reason = 'asked to wait 200s, longer than maxDelay (1m)'
    expect(await asked.start({}, later)).toMatchObject({attempts: 1, notRetried: reason})
    expect(asked.seen.warnings).toEqual([`backup is not run again: ${reason}`])
    expect(asked.seen.log).toEqual([`backup is not run again: ${reason}, run run-1`])
  })

  test('that are over, or that the settings do not want, are on record alone', async () => {
    const spent = scene({maxAttempts: 2})
    expect(await spent.start()).toMatchObject({attempts: 2, notRetried: 'gave up after 2 attempts'})
    expect(spent.seen.warnings).toEqual([expect.stringContaining('attempt 1 failed')])
    const killed = scene({maxAttempts: 2})
    expect(await killed.start({}, {outcome: 'killed', exitCode: 137})).toMatchObject({
      notRetried: 'killed is not retried',
    })
    expect(killed.seen.warnings).toEqual([])
  })

  test('a retry that helps makes the recovery unnecessary', async () => {
    const {start, seen} = scene({maxAttempts: 2, recovery: [exec]}, [{code: 0}])
    expect(await start()).not.toHaveProperty('notRetried')
    expect(seen.done).not.toContain('fix')
  })
})

describe('recovery', () => {
  test('begins when the retries are over, and runs the job again to verify', async () => {
    const {start, seen} = scene({maxAttempts: 2, recovery: [exec, verify]}, [refused, {code: 0}])
    expect(await start()).toMatchObject({
      ...{attempt: {outcome: 'healthy'}, attempts: 3, recovered: true},
      class: 'connection',
    })
    expect(seen.done).toEqual([
      ...['attempt 2', 'log followed', 'fix', 'attempt 3', 'retry-1 followed', 'retry-1 finished'],
    ])
  })

  test('that does not help leaves the verdict of the last verification', async () => {
    const {start} = scene({recovery: [exec, verify]}, [{code: 1, evidence: {class: 'server'}}])
    const end = await start()
    expect(end).toMatchObject({attempt: {outcome: 'degraded', exitCode: 1, class: 'server'}, recovered: false})
    expect(end).not.toHaveProperty('class')
    expect(end).toHaveProperty('notRetried')
  })

  test('without a verification leaves the verdict of the last attempt', async () => {
    const {start} = scene({recovery: [exec]})
    expect(await start()).toMatchObject({attempt: failed, attempts: 1, recovered: false})
  })

  test('verifies into the log of the run where no log of its own can be kept', async () => {
    const {start, deps, seen} = scene({recovery: [exec, verify]}, [{code: 0}])
    const adapters = await deps.openRecovery(new AbortController().signal)
    const openRetryOutput = () => {
      throw new GuardError('io', 'disk full')
    }
    expect(await start({openRecovery: async () => ({...adapters, openRetryOutput})})).toMatchObject({recovered: true})
    expect(seen.warnings).toContain('disk full; no log is kept')
    expect(seen.done.slice(-2)).toEqual(['attempt 2', 'log followed'])
  })

  test('that breaks keeps the verdict and the count of the retries before it', async () => {
    const {start, seen} = scene({maxAttempts: 2, recovery: [exec]}, [{code: 1, evidence: {class: 'server'}}])
    const end = await start({openRecovery: () => Promise.reject(new Error('no memory'))})
    expect(end).toMatchObject({attempt: {outcome: 'degraded', exitCode: 1}, attempts: 2, recovered: false})
    expect(seen.warnings).toContain('backup is not recovered: no memory')
  })
})
