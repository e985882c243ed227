import {describe, expect, test} from 'vitest'
import {defaultSettings} from '../../../src/config/defaults.js'
import {type Breaker, breakerFold, breakerState} from '../../../src/domain/breaker/breaker.js'
import {
  allowCall,
  closeByHand,
  isolateByHand,
  openByHand,
  recordCall,
  refusal,
  takeRetryToken,
} from '../../../src/usecases/breaker/breaker.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const policy = defaultSettings.breakers.defaults
const to = {target: 'api', policy}

function breaker() {
  const clock = fakeClock()
  const breakers = memoryJournal(breakerFold, clock)
  const gone = new Set<number>()
  const now = () => ({at: clock.now(), mono: clock.mono(), boot: 'boot-1', host: 'host-1'})
  const deps = {breakers, now, isGone: ({process}: {process?: {pid: number}}) => gone.has(process?.pid ?? 0)}
  return {
    clock,
    deps,
    gone,
    state: () => breakerState(breakers.read().get('api'), now()),
    refused: () => refusal(breakers.read().get('api') as Breaker, now()),
    ask: (pid = 1) => allowCall(deps, to, {pid, start: '1'}),
    end: (ok: boolean, probe?: string) => recordCall(deps, to, {ok, probe, credit: 0.1}),
  }
}

test('a target nobody knows is allowed', () => {
  expect(breaker().ask()).toEqual({allowed: true})
})

test('three failures open it, after 30 seconds one probe goes through, and its success closes it', () => {
  const {clock, ask, end, state, refused} = breaker()
  expect([end(false), end(false), end(false)].map(({change}) => change)).toEqual(['none', 'none', 'opened'])
  expect(ask()).toEqual({allowed: false, reason: 'api is open: 3 failures in a row', retryAt: clock.now() + 30_000})
  clock.advance(30_000)
  expect(state()).toBe('half-open')
  expect(refused()).toMatchObject({reason: 'api is half-open: the next call is the probe'})

  const first = ask(1)
  const second = ask(2)
  expect(first).toMatchObject({allowed: true, probe: expect.any(String)})
  expect(second).toMatchObject({allowed: false, reason: 'api is half-open and being probed by process 1'})
  expect(end(true, first.allowed ? first.probe : undefined)).toEqual({change: 'closed'})
  expect(state()).toBe('closed')
  expect(ask(2)).toEqual({allowed: true})
})

test('a probe whose process died is replaced at once, one that lives and is silent after its limit', () => {
  const {clock, deps, ask, gone} = breaker()
  openByHand(deps, 'api', {reason: 'x', openForMs: 1000})
  clock.advance(1000)
  expect(ask(1).allowed).toBe(true)
  expect(ask(2).allowed).toBe(false)
  gone.add(1)
  expect(ask(2).allowed).toBe(true)
  expect(ask(3).allowed).toBe(false)
  clock.advance(policy.probeLimitMs)
  expect(ask(3).allowed).toBe(true)
})

test('the word of a probe that was given up counts as a call and settles nothing', () => {
  const {clock, deps, ask, end, state} = breaker()
  openByHand(deps, 'api', {reason: 'x', openForMs: 1000})
  clock.advance(1000)
  const late = ask(1)
  clock.advance(policy.probeLimitMs)
  ask(2)
  expect(end(true, late.allowed ? late.probe : undefined)).toEqual({change: 'none'})
  expect(state()).toBe('half-open')
})

describe('by hand', () => {
  test('an isolated target is refused with its reason and its time', () => {
    const {clock, deps, ask} = breaker()
    isolateByHand(deps, 'api', {reason: 'vendor maintenance', forMs: 7_200_000})
    expect(ask()).toEqual({
      allowed: false,
      reason: 'api is isolated: vendor maintenance',
      retryAt: clock.now() + 7_200_000,
    })
    isolateByHand(deps, 'api', {reason: 'for good'})
    expect(ask()).toMatchObject({allowed: false, retryAt: undefined})
    closeByHand(deps, 'api')
    expect(ask()).toEqual({allowed: true})
  })
})

test('all who share a target share its retry budget, and each call gives a tenth back', () => {
  const {deps, end} = breaker()
  const budget = {ratio: 0.1, reserve: 2}
  expect([1, 2, 3].map(() => takeRetryToken(deps, 'api', budget))).toEqual([true, true, false])
  for (let call = 0; call < 10; call++) end(true)
  expect([1, 2].map(() => takeRetryToken(deps, 'api', budget))).toEqual([true, false])
})
