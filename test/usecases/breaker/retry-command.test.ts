import {describe, expect, test} from 'vitest'
import {defaultSettings, jobDefaults} from '../../../src/config/defaults.js'
import {breakerFold} from '../../../src/domain/breaker/breaker.js'
import type {RetrySettings} from '../../../src/domain/settings/job.js'
import {GuardError} from '../../../src/errors.js'
import {isolateByHand, openByHand} from '../../../src/usecases/breaker/breaker.js'
import {type CommandAttempt, retryCommand} from '../../../src/usecases/breaker/retry-command.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const refused: CommandAttempt = {outcome: 'failed', class: 'connection', exitCode: 7, evidence: 'connection refused'}
const good: CommandAttempt = {outcome: 'healthy', class: 'unknown', exitCode: 0}

/** A command whose attempts end like this, the last one again and again; it calls the target `api`. */
function scene(ends: readonly CommandAttempt[], more: Partial<RetrySettings> = {}) {
  const clock = fakeClock()
  const breakers = memoryJournal(breakerFold, clock)
  const now = () => ({at: clock.now(), mono: clock.mono(), boot: 'boot-1', host: 'host-1'})
  const breaker = {breakers, now, isGone: () => false}
  const warnings: string[] = []
  let attempts = 0
  const deps = {
    ...{clock, breaker, random: () => 0.5, self: {pid: 10, start: '1'}, signal: undefined},
    onRetry: () => undefined,
    showWait: <T>(_what: string, wait: () => Promise<T>) => wait(),
    warn: (text: string) => void warnings.push(text),
    perform: async () => ends[Math.min(attempts++, ends.length - 1)] ?? good,
  }
  const policy = {...jobDefaults.retry, maxAttempts: 3, ...more}
  const target = {target: 'api', policy: defaultSettings.breakers.defaults}
  return {
    ...{clock, breaker, warnings},
    attempts: () => attempts,
    kinds: () => breakers.lines.map(({kind}) => kind),
    run: () => retryCommand(deps, {policy, target}),
    runAlone: () => retryCommand({...deps, breaker: undefined}, {policy, target: undefined}),
    /** Opened for a second, which is over: the next call is the probe. */
    halfOpen: () => {
      openByHand(breaker, 'api', {reason: 'maintenance', openForMs: 1000})
      clock.advance(1000)
    },
  }
}

describe('a command that calls a target', () => {
  test('is one call of it, however many attempts it takes: only the last one counts', async () => {
    const {run, kinds} = scene([refused, good])
    expect(await run()).toMatchObject({...good, attempts: 2})
    expect(kinds()).toEqual(['retried', 'succeeded'])
    const bad = scene([refused])
    expect(await bad.run()).toMatchObject({...refused, attempts: 3})
    expect(bad.kinds()).toEqual(['retried', 'retried', 'failed'])
  })

  test('is not tried again once the retry budget of the target is used up', async () => {
    const {run, attempts} = scene([refused], {budget: {ratio: 0, reserve: 1}})
    expect(await run()).toMatchObject({attempts: 2, stopped: 'the retry budget of target api is used up'})
    expect([(await run()).attempts, attempts()]).toEqual([1, 3])
  })

  test('that opens the breaker tells why', async () => {
    const {run, warnings} = scene([refused], {maxAttempts: 1})
    for (let call = 0; call < 3; call++) await run()
    expect(warnings).toEqual(['the breaker of api opened: 3 failures in a row'])
  })

  test('and is the probe of a half-open breaker closes it, which is told', async () => {
    const {run, halfOpen, kinds, warnings} = scene([good])
    halfOpen()
    await run()
    expect([kinds(), warnings]).toEqual([
      ['opened', 'probing', 'closed'],
      ['the breaker of api closed: the probe succeeded'],
    ])
  })

  test('has its own exit code also if the disk is full meanwhile, and is tried again as ever', async () => {
    const {run, breaker, warnings} = scene([refused, good])
    const fail = () => {
      throw new GuardError('io', 'breakers.jsonl: no space left on the device')
    }
    Object.assign(breaker.breakers, {append: fail, note: fail})
    expect(await run()).toMatchObject({...good, attempts: 2})
    expect(warnings).toEqual([
      'the retry budget was not asked: breakers.jsonl: no space left on the device',
      'its end is not recorded: breakers.jsonl: no space left on the device',
    ])
  })

  test('and was killed says nothing of the target: its probe ends with its process', async () => {
    const {run, halfOpen, kinds} = scene([{outcome: 'killed', class: 'unknown', exitCode: 143}])
    halfOpen()
    await run()
    expect(kinds()).toEqual(['opened', 'probing'])
  })
})

describe('a command whose target has an open breaker', () => {
  const refusal = async (run: () => Promise<unknown>) => {
    const error = await run().catch((thrown: unknown) => thrown)
    if (!(error instanceof GuardError)) throw new Error('no refusal')
    return error
  }

  test('is not run, and it is said when it can be and how to close the breaker', async () => {
    const {run, breaker, attempts} = scene([good])
    openByHand(breaker, 'api', {reason: 'maintenance', openForMs: 60_000})
    expect(await refusal(run)).toMatchObject({
      ...{kind: 'breaker-open', message: 'not run: api is open: maintenance'},
      hints: ['the next call may be made at 2026-01-05T12:01:00.000Z', 'close it by hand: guard breaker close api'],
    })
    expect(attempts()).toBe(0)
  })

  test('has no time to wait for where only a person closes it', async () => {
    const {run, breaker} = scene([good])
    isolateByHand(breaker, 'api', {reason: 'for good'})
    expect((await refusal(run)).hints).toEqual(['close it by hand: guard breaker close api'])
  })
})

test('a command without a target asks no breaker, and no shared budget bounds its retries', async () => {
  const {runAlone, kinds} = scene([refused], {budget: {ratio: 0, reserve: 0}})
  expect(await runAlone()).toMatchObject({attempts: 3})
  expect(kinds()).toEqual([])
})

test('what the target says of when to ask again is for the retries, not for the caller', async () => {
  const {runAlone} = scene([{...refused, retryAfter: {waitMs: 1000}}], {maxAttempts: 1})
  expect(await runAlone()).not.toHaveProperty('retryAfter')
})
