import {expect, test} from 'vitest'
import {type Lease, leaseFold} from '../../../src/domain/lease/lease.js'
import type {LeaseDeps} from '../../../src/usecases/lease/lease.js'
import {takeOwnLease} from '../../../src/usecases/schedule/own-lease.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** Schedulers of one state directory, which can be lost: then its journal begins anew. */
function place() {
  const clock = fakeClock()
  let generation = 0
  const empty = () => memoryJournal(leaseFold, clock, [])
  let journal = empty()
  const dead = new Set<string>()
  const leases: LeaseDeps['leases'] = {
    ...journal,
    read: () => journal.read(),
    // Ids are those of a journal, which would give the same ones again.
    append: (entry, durability) => journal.append({id: `g${generation}-${journal.lines.length}`, ...entry}, durability),
  }
  const deps = {
    clock,
    leases,
    here: {host: 'host-1', boot: 'boot-1'},
    lostToken: () => undefined,
    livingProcessOf: async ({holder}: Lease) => (dead.has(holder) ? ('none' as const) : ('guard' as const)),
    isStateThere: () => true,
  }
  const start = (holder: string) => takeOwnLease(deps, {holder, process: undefined})
  const lose = (earlier = empty()) => {
    clock.advance(1000)
    generation++
    journal = earlier
  }
  return {clock, dead, start, lose, lines: () => journal.lines, empty}
}

const ends = expect.objectContaining({kind: 'fenced', message: expect.stringContaining("is another's: new claimed it")})

test('a scheduler whose state directory was lost ends once another one has claimed its lease there, with the same token', async () => {
  const {start, lose} = place()
  const old = await start('old')
  lose()
  expect((await start('new')).current().token).toBe(old.current().token)
  await expect(old.keep()).rejects.toEqual(ends)
})

test('it ends also when the other one has given the lease back by then, and when its renewal is due', async () => {
  const {start, lose, clock} = place()
  const old = await start('old')
  lose()
  const other = await start('new')
  clock.advance(60_000)
  other.release()
  await expect(old.keep()).rejects.toEqual(ends)
})

test('what another scheduler holds is not given back', async () => {
  const {start, lose, lines} = place()
  const old = await start('old')
  lose()
  await start('new')
  expect(() => old.release()).toThrow(/new has token 1 of another claim/)
  expect(lines().map(({kind}) => kind)).toEqual(['claimed'])
})

test('a state directory that comes back empty, or as it was earlier, is taken anew', async () => {
  const {start, lose, lines, dead, empty} = place()
  const earlier = empty()
  earlier.append({kind: 'claimed', job: 'guard-scheduler', holder: 'earlier', ttlMs: 180_000}, 'durable')
  dead.add('earlier')
  const own = await start('own')
  lose()
  await own.keep()
  expect(lines()).toMatchObject([{kind: 'claimed', holder: 'own'}])
  dead.add('own')
  lose(earlier)
  await own.keep()
  expect(lines()).toMatchObject([{holder: 'earlier'}, {kind: 'claimed', holder: 'own'}])
})

test('a lease that was released by hand is taken anew at once', async () => {
  const {start, lines} = place()
  const own = await start('own')
  own.release()
  await own.keep()
  expect(lines().map(({kind}) => kind)).toEqual(['claimed', 'released', 'claimed'])
})
