import {expect, test} from 'vitest'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {GuardError} from '../../../src/errors.js'
import type {Clock} from '../../../src/system/host/clock.js'
import {
  openRestartLeases,
  type RestartLease,
  type RestartLeaseDeps,
  serviceLease,
} from '../../../src/usecases/recovery/restart-lease.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const times = {timeoutMs: 10_000, upWithinMs: 30_000, stayUpMs: 3000}
const longestMs = 83_000

/** Runs whose recoveries share a journal; while one waits for the lease, `meanwhile` happens. */
function scene({survivor = 'guard'}: {readonly survivor?: 'guard' | 'none'} = {}) {
  const time = fakeClock()
  const leases = memoryJournal(leaseFold, time)
  const warnings: string[] = []
  const stop = new AbortController()
  const meanwhile: (() => void)[] = []
  const clock: Clock = {
    ...time,
    sleep: async (ms) => {
      time.advance(ms)
      meanwhile.shift()?.()
      // Lets the others go on.
      for (let step = 0; step < 20; step++) await Promise.resolve()
    },
  }
  const deps = (run: string): RestartLeaseDeps => ({
    clock,
    leases,
    here: {host: 'host-1', boot: 'boot-1'},
    lostToken: () => undefined,
    livingProcessOf: async () => survivor,
    holder: {holder: run, process: undefined},
    signal: stop.signal,
    warn: (text) => void warnings.push(text),
  })
  const restartsOf = (run: string) => openRestartLeases(deps(run))
  return {restartsOf, deps, leases, warnings, stop, meanwhile, clock}
}

/** A restart that ends when it is told. */
function restarting() {
  let end = (_ok: boolean) => {}
  const ended = new Promise<{readonly ok: boolean}>((resolve) => {
    end = (ok) => resolve({ok})
  })
  return {work: () => ended, end: (ok: boolean) => end(ok)}
}

const see = async (lease: RestartLease) => ({ok: true, lease})

test('a restart is done under the lease of its service', async () => {
  const {restartsOf, leases} = scene()
  const held = await restartsOf('r1')('uw-daemon', times, async () => ({
    ok: true,
    lease: leases.read().byJob.get('guard-service:uw-daemon'),
  }))
  expect(held.lease).toMatchObject({holder: 'r1', ttlMs: longestMs})
  expect(leases.lines.map(({kind, status}) => [kind, status])).toEqual([
    ['claimed', undefined],
    ['released', 'ok'],
  ])
})

test('a run that waited for the restart by another run learns that it was done', async () => {
  const {restartsOf, meanwhile} = scene()
  const [first, second] = [restartsOf('r1'), restartsOf('r2')]
  const {work, end} = restarting()
  const one = first('uw-daemon', times, work)
  meanwhile.push(() => end(true))
  expect((await second('uw-daemon', times, see)).lease).toEqual({is: 'restarted', by: 'r1'})
  await one
})

test('a restart that ended before this lease was granted, but after the recovery began, counts as done too', async () => {
  const {restartsOf} = scene()
  const second = restartsOf('r2')
  await restartsOf('r1')('uw-daemon', times, see)
  expect((await second('uw-daemon', times, see)).lease).toEqual({is: 'restarted', by: 'r1'})
})

test('a restart of before this recovery began has not helped', async () => {
  const {restartsOf} = scene()
  await restartsOf('r1')('uw-daemon', times, see)
  expect((await restartsOf('r2')('uw-daemon', times, see)).lease).toEqual({is: 'free'})
})

test('a restart that failed has not helped either', async () => {
  const {restartsOf, meanwhile} = scene()
  const [first, second] = [restartsOf('r1'), restartsOf('r2')]
  const {work, end} = restarting()
  const one = first('uw-daemon', times, work)
  meanwhile.push(() => end(false))
  expect((await second('uw-daemon', times, see)).lease).toEqual({is: 'free'})
  await one
})

test("a recovery's own restart does not keep it from another", async () => {
  const withRestartLease = scene().restartsOf('r1')
  await withRestartLease('uw-daemon', times, see)
  expect((await withRestartLease('uw-daemon', times, see)).lease).toEqual({is: 'free'})
})

test('restarts of different services do not wait for each other', async () => {
  const {restartsOf, clock} = scene()
  const begun = clock.mono()
  const {work, end} = restarting()
  const one = restartsOf('r1')('uw-daemon', times, work)
  expect((await restartsOf('r2')('trading-bot', times, see)).lease).toEqual({is: 'free'})
  expect(clock.mono()).toBe(begun)
  end(true)
  await one
})

test('the lease of a run that was killed is free at once', async () => {
  const {restartsOf, clock} = scene({survivor: 'none'})
  void restartsOf('r1')('uw-daemon', times, restarting().work)
  await Promise.resolve()
  const begun = clock.mono()
  expect((await restartsOf('r2')('uw-daemon', times, see)).lease).toEqual({is: 'free'})
  expect(clock.mono()).toBe(begun)
})

test('a run waits no longer than a restart may take', async () => {
  const {deps, leases, clock} = scene()
  const ttlMs = 10 * longestMs
  leases.append({kind: 'claimed', job: serviceLease('uw-daemon'), holder: 'r1', ttlMs}, 'durable')
  const begun = clock.mono()
  const {lease} = await openRestartLeases(deps('r2'))('uw-daemon', times, see)
  expect(lease).toEqual({is: 'busy', reason: 'run r1 is restarting it; see guard lease show guard-service:uw-daemon'})
  expect(clock.mono() - begun).toBe(longestMs)
})

test('a guard that was asked to end does not wait for the lease', async () => {
  const {restartsOf, stop, clock} = scene()
  void restartsOf('r1')('uw-daemon', times, restarting().work)
  await Promise.resolve()
  stop.abort()
  const begun = clock.mono()
  expect((await restartsOf('r2')('uw-daemon', times, see)).lease.is).toBe('busy')
  expect(clock.mono()).toBe(begun)
})

test('a restart that throws releases its lease, as one that failed', async () => {
  const {restartsOf, leases} = scene()
  const broken = restartsOf('r1')('uw-daemon', times, () => Promise.reject(new Error('boom')))
  await expect(broken).rejects.toThrow('boom')
  expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error'})
})

test('a journal that cannot be written keeps no service from its restart', async () => {
  const {deps, leases, warnings} = scene()
  const full = () => {
    throw new GuardError('io', 'no space left on device')
  }
  const withRestartLease = openRestartLeases({...deps('r1'), leases: {...leases, append: full}})
  expect((await withRestartLease('uw-daemon', times, see)).lease).toEqual({is: 'free'})
  expect(warnings).toEqual(['services restart without a lease: no space left on device'])
})

test('the longest name of a service still makes a lease', () => {
  expect(serviceLease('s'.repeat(128))).toHaveLength(128)
})
