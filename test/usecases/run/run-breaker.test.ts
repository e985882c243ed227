import {describe, expect, test} from 'vitest'
import {GuardError} from '../../../src/errors.js'
import {openByHand} from '../../../src/usecases/breaker/breaker.js'
import {askBreaker, openRetryTokens} from '../../../src/usecases/run/run-breaker.js'
import {fakeRun} from '../../support/fake-run.js'

const full = new GuardError('io', 'no space left')

/** A job whose runs go through the breaker of `api`, if `target` says so; its retry budget holds two tokens. */
async function scene(target?: string) {
  const run = fakeRun(target === undefined ? {} : {breaker: {target}})
  const {deps, breakers, clock, seen} = run
  const {retry, ...settings} = run.request.settings
  const opened = await deps.openBreakers()
  const small = {...settings, retry: {...retry, budget: {ratio: 1, reserve: 2}}}
  return {
    ...{deps, breakers, clock, seen},
    ask: () => askBreaker(deps, small, 'api'),
    tokens: (job = 'backup') => openRetryTokens(deps, small, job),
    /** Opened for a second, which is over: the next call is the probe. */
    halfOpen: () => {
      openByHand(opened, 'api', {reason: 'maintenance', openForMs: 1000})
      clock.advance(1000)
    },
    /** From now on nothing can be written. */
    fill: () => {
      const fail = () => {
        throw full
      }
      Object.assign(deps, {openBreakers: async () => ({...opened, breakers: {...breakers, note: fail, append: fail}})})
    },
    kinds: () => breakers.lines.map(({kind, target: of}) => `${kind} ${of}`),
  }
}

describe('the breaker of a job', () => {
  test('that opens with the end of a run is told of, with its reason', async () => {
    const {ask, seen} = await scene('api')
    for (let run = 0; run < 3; run++) (await ask()).record('failed', 'connection')
    expect(seen.warnings).toEqual(['breaker api opened: 3 failures in a row'])
    expect((await ask()).refusal).toBe('breaker api is open: 3 failures in a row')
  })

  test('that is half-open lets one run through, whose good end closes it', async () => {
    const {ask, halfOpen, seen} = await scene('api')
    halfOpen()
    const probe = await ask()
    expect([probe.refusal, (await ask()).refusal]).toEqual([undefined, 'breaker api is half-open and being probed'])
    probe.record('healthy', undefined)
    expect([seen.warnings, (await ask()).refusal]).toEqual([['breaker api closed'], undefined])
  })

  test('stays half-open if its probe says nothing of the target', async () => {
    const {ask, halfOpen, kinds, seen} = await scene('api')
    halfOpen()
    ;(await ask()).record('killed', undefined)
    expect([kinds(), seen.warnings]).toEqual([['opened api', 'probing api'], []])
  })

  test('counts a failure that is the fault of the caller as an answer of the target', async () => {
    const {ask, kinds} = await scene('api')
    ;(await ask()).record('failed', 'auth')
    expect(kinds()).toEqual(['succeeded api'])
  })

  test('is not asked where its journal cannot be written, neither before the run nor after, and each time that is said', async () => {
    const {ask, halfOpen, fill, kinds, seen} = await scene('api')
    halfOpen()
    fill()
    const run = await ask()
    expect(run.refusal).toBeUndefined()
    run.record('healthy', undefined)
    expect(kinds()).toEqual(['opened api'])
    expect(seen.warnings).toEqual(Array(2).fill('the breaker was not asked: no space left'))
  })

  test('does not hide a fault of guard', async () => {
    const {ask, deps} = await scene('api')
    Object.assign(deps, {openBreakers: () => Promise.reject(new TypeError('broken'))})
    await expect(ask()).rejects.toThrow('broken')
  })
})

describe('the retry budget', () => {
  test('of a job without a breaker is its own, and a good end gives back to it', async () => {
    const {tokens, kinds} = await scene()
    const own = await tokens()
    expect([own.take(), own.take(), own.take()]).toEqual([
      undefined,
      undefined,
      'the retry budget of job backup is used up',
    ])
    own.giveBack()
    expect([own.take(), (await tokens('other')).take()]).toEqual([undefined, undefined])
    expect(kinds().at(-2)).toBe('retried backup')
  })

  test('of a target is shared by its jobs, and a good end leaves the giving back to the record of the call', async () => {
    const {tokens, ask, kinds} = await scene('api')
    const [one, other] = [await tokens('one'), await tokens('other')]
    const spent = 'the retry budget of target api is used up'
    expect([one.take(), other.take(), one.take()]).toEqual([undefined, undefined, spent])
    one.giveBack()
    expect([one.take(), new Set(kinds())]).toEqual([spent, new Set(['retried api'])])
    ;(await ask()).record('healthy', undefined)
    expect(one.take()).toBeUndefined()
  })

  test('allows every retry while its journal cannot be written, and that is said', async () => {
    const {tokens, fill, seen} = await scene()
    fill()
    const own = await tokens()
    expect([own.take(), own.take(), own.take()]).toEqual([undefined, undefined, undefined])
    own.giveBack()
    expect(seen.warnings).toEqual(Array(4).fill('the retry budget was not asked: no space left'))
  })

  test('allows every retry while its journal cannot be opened', async () => {
    const {tokens, deps, seen} = await scene()
    Object.assign(deps, {openBreakers: () => Promise.reject(full)})
    const free = await tokens()
    free.giveBack()
    expect([free.take(), seen.warnings]).toEqual([undefined, ['the retry budget was not asked: no space left']])
  })
})
