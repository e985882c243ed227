import {expect, test} from 'vitest'
import {leaseFold} from '../../src/domain/lease.js'
import {GuardError} from '../../src/errors.js'
import type {Clock} from '../../src/system/clock.js'
import {holdLease} from '../../src/usecases/hold-lease.js'
import {acquireLease, type LeaseDeps} from '../../src/usecases/lease.js'
import {memoryJournal} from '../support/memory-journal.js'

/** A clock whose sleepers wake when the test moves it on. */
function steppedClock() {
  let now = 1_000_000
  const sleepers = new Set<{until: number; wake: () => void}>()
  const clock: Clock = {
    now: () => now,
    mono: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = {until: now + ms, wake: resolve}
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => resolve())
      }),
  }
  const advance = async (ms: number) => {
    now += ms
    for (const sleeper of sleepers) if (sleeper.until <= now && sleepers.delete(sleeper)) sleeper.wake()
    // Lets those who woke come to their next sleep.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  return {clock, advance}
}

function holding() {
  const {clock, advance} = steppedClock()
  const leases = memoryJournal(leaseFold, clock)
  const deps: LeaseDeps = {clock, leases, here: {host: 'host-1', boot: 'boot-1'}, survivorOf: async () => 'unknown'}
  const request = {job: 'guard-watchdog', holder: 'w1', ttlMs: 30_000, process: undefined, waitMs: 0}
  const kinds = () => leases.lines.map(({kind}) => kind)
  return {advance, leases, deps, request, kinds}
}

test('a lease is renewed every third of its ttl while the work goes on, then given back', async () => {
  const {advance, deps, request, kinds} = holding()
  const result = await holdLease(deps, request, async (lease) => {
    for (let turn = 0; turn < 4; turn++) await advance(10_000)
    return lease.token
  })
  expect(result).toBe(1)
  expect(kinds()).toEqual(['claimed', 'renewed', 'renewed', 'renewed', 'renewed', 'released'])
})

test('work that fails gives the lease back as an error, and its own error arrives', async () => {
  const {deps, request, leases} = holding()
  const failing = holdLease(deps, request, async () => {
    throw new Error('no feed')
  })
  await expect(failing).rejects.toThrow('no feed')
  expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error'})
})

test('whoever slept through its ttl and lost the lease is told to stop', async () => {
  const {advance, deps, request, kinds} = holding()
  await holdLease(deps, request, async (_, signal) => {
    deps.leases.append({...{kind: 'claimed', job: request.job, holder: 'w2', ttlMs: 1000}, over: 'r1'}, 'durable')
    expect(signal.aborted).toBe(false)
    await advance(10_000)
    expect(signal.reason).toMatchObject({kind: 'fenced'})
  })
  expect(kinds()).toEqual(['claimed', 'claimed'])
})

test('a journal that cannot be written is tried again, and given up at two thirds of the ttl', async () => {
  const {advance, deps, request, leases} = holding()
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
  await holdLease(full, request, async (_, signal) => {
    await advance(10_000)
    expect(signal.aborted).toBe(false)
    await advance(10_000)
    expect(signal.reason).toMatchObject({kind: 'io'})
  })
})

test('a lease that is held elsewhere starts no work', async () => {
  const {deps, request} = holding()
  await acquireLease(deps, {...request, holder: 'other'})
  const work = holdLease(deps, request, async () => expect.unreachable('it ran'))
  await expect(work).rejects.toMatchObject({kind: 'busy'})
})
