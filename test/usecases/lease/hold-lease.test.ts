import {expect, test} from 'vitest'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {GuardError} from '../../../src/errors.js'
import type {Clock} from '../../../src/system/host/clock.js'
import {acquireLease} from '../../../src/usecases/lease/acquire-lease.js'
import {type HoldDeps, holdLease} from '../../../src/usecases/lease/hold-lease.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** A clock that the test moves on, with what is to be called at its times. */
function steppedClock() {
  let now = 1_000_000
  const calls = new Set<{at: number; work: () => void}>()
  const clock: Clock = {now: () => now, mono: () => now, sleep: async () => undefined}
  const callAfter = (ms: number, work: () => void) => {
    calls.add({at: now + ms, work})
  }
  const advance = (ms: number) => {
    now += ms
    for (const call of [...calls]) if (call.at <= now && calls.delete(call)) call.work()
  }
  return {clock, callAfter, advance, waiting: calls}
}

function holding() {
  const {clock, callAfter, advance, waiting} = steppedClock()
  const leases = memoryJournal(leaseFold, clock)
  const lost: GuardError[] = []
  const onLost = (reason: GuardError) => lost.push(reason)
  const here = {host: 'host-1', boot: 'boot-1'}
  const deps: HoldDeps = {
    clock,
    callAfter,
    onLost,
    leases,
    here,
    lostToken: () => undefined,
    livingProcessOf: async () => 'unknown',
  }
  const request = {job: 'guard-watchdog', holder: 'w1', ttlMs: 30_000, process: undefined, waitMs: 0}
  const kinds = () => leases.lines.map(({kind}) => kind)
  return {advance, waiting, lost, leases, deps, request, kinds}
}

test('a lease is renewed every third of its ttl while the work goes on, then given back', async () => {
  const {advance, waiting, deps, request, kinds} = holding()
  const result = await holdLease(deps, request, async (lease) => {
    for (let turn = 0; turn < 4; turn++) advance(10_000)
    return lease.token
  })
  expect(result).toBe(1)
  const held = ['claimed', 'renewed', 'renewed', 'renewed', 'renewed', 'released']
  expect(kinds()).toEqual(held)
  // What was to come next finds nothing to renew.
  advance(30_000)
  expect([kinds(), waiting.size]).toEqual([held, 0])
})

test('work that fails gives the lease back as an error, and its own error arrives', async () => {
  const {deps, request, leases} = holding()
  const failing = holdLease(deps, request, async () => {
    throw new Error('no feed')
  })
  await expect(failing).rejects.toThrow('no feed')
  expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error'})
})

test('a holder that slept longer than its ttl and lost the lease is asked to stop', async () => {
  const {advance, lost, deps, request, kinds} = holding()
  await holdLease(deps, request, async () => {
    deps.leases.append({...{kind: 'claimed', job: request.job, holder: 'w2', ttlMs: 1000}, over: 'r1'}, 'durable')
    expect(lost).toEqual([])
    advance(10_000)
    expect(lost).toMatchObject([{kind: 'fenced'}])
  })
  expect(kinds()).toEqual(['claimed', 'claimed'])
})

test('a journal that cannot be written is tried again, and given up at two thirds of the ttl', async () => {
  const {advance, lost, deps, request, leases} = holding()
  const full = {
    ...deps,
    leases: {
      ...leases,
      append: (...args: Parameters<typeof leases.append>) => {
        if (args[0].kind === 'renewed') throw new GuardError('io', 'disk full')
        return leases.append(...args)
      },
    },
  }
  await holdLease(full, request, async () => {
    advance(10_000)
    expect(lost).toEqual([])
    advance(10_000)
    expect(lost).toMatchObject([{kind: 'io'}])
  })
})

test('a lease that is held elsewhere starts no work', async () => {
  const {deps, request} = holding()
  await acquireLease(deps, {...request, holder: 'other'})
  const work = holdLease(deps, request, async () => expect.unreachable('it ran'))
  await expect(work).rejects.toMatchObject({kind: 'busy'})
})
