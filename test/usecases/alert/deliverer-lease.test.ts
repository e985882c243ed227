import {expect, test} from 'vitest'
import {type Lease, leaseFold} from '../../../src/domain/lease/lease.js'
import {GuardError} from '../../../src/errors.js'
import {delivererRequest} from '../../../src/usecases/alert/deliverer-lease.js'
import {acquireLease} from '../../../src/usecases/lease/acquire-lease.js'
import {releaseLease} from '../../../src/usecases/lease/held-lease.js'
import type {LeaseDeps} from '../../../src/usecases/lease/lease.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** A state directory, and what happens in it each time that a process has waited a little. */
function place() {
  const clock = fakeClock()
  const meanwhile: (() => void)[] = []
  const deps: LeaseDeps = {
    clock: {
      ...clock,
      sleep: async (ms) => {
        clock.advance(ms)
        meanwhile.shift()?.()
      },
    },
    leases: memoryJournal(leaseFold, clock),
    here: {host: 'host-1', boot: 'boot-1'},
    lostToken: () => undefined,
    livingProcessOf: async () => 'guard',
  }
  const stop = new AbortController()
  /** @returns its lease, or why it leaves */
  const arrive = (holder: string, stays: boolean): Promise<Lease | string> =>
    acquireLease(deps, delivererRequest(deps.leases, {holder, process: undefined, stays, signal: stop.signal})).catch(
      (error: unknown) => (error instanceof GuardError ? error.kind : Promise.reject(error)),
    )
  const end = (lease: Lease | string) => {
    if (typeof lease !== 'string') releaseLease(deps, {...lease, status: 'ok', detail: undefined})
  }
  return {arrive, end, meanwhile, stop, clock}
}

test('one that stays waits for one that does not, however long that sends', async () => {
  const {arrive, end, meanwhile} = place()
  const byHand = await arrive('by-hand', false)
  for (let waited = 0; waited < 20; waited++) meanwhile.push(() => undefined)
  meanwhile.push(() => end(byHand))
  expect(await arrive('stays', true)).toMatchObject({holder: 'stays'})
})

test('one that stays leaves another that stays', async () => {
  const {arrive} = place()
  await arrive('first', true)
  expect(await arrive('second', true)).toBe('busy')
})

test('one that stays takes the place of another that has ended meanwhile', async () => {
  const {arrive, end, meanwhile} = place()
  const first = await arrive('first', true)
  meanwhile.push(() => end(first))
  expect(await arrive('second', true)).toMatchObject({holder: 'second'})
})

test('one that stays waits no longer once it is to end', async () => {
  const {arrive, meanwhile, stop} = place()
  await arrive('by-hand', false)
  meanwhile.push(() => stop.abort())
  expect(await arrive('stays', true)).toBe('busy')
})

test('one that does not stay waits for nobody', async () => {
  const {arrive, clock} = place()
  await arrive('stays', true)
  const begun = clock.mono()
  expect([await arrive('by-hand', false), clock.mono() - begun]).toEqual(['busy', 0])
})
