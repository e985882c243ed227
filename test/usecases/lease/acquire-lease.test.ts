import {describe, expect, test} from 'vitest'
import {isAbandoned, listLeases} from '../../../src/usecases/lease/acquire-lease.js'
import {leaseContest} from '../../support/lease-contest.js'

describe('a lease that is not free', () => {
  test('is asked for every quarter of a second, and once more at the end of the wait', async () => {
    const {acquire, clock} = leaseContest()
    await acquire('a')
    const begun = clock.mono()
    await expect(acquire('b', {waitMs: 600})).rejects.toMatchObject({kind: 'busy'})
    expect(clock.mono() - begun).toBe(600)
  })

  test('is refused with how to see its holder, and what else the caller can do', async () => {
    const {acquire} = leaseContest()
    await acquire('a')
    const hints = ['see the holder: guard lease show scan', 'stop it: guard scheduler stop']
    await expect(acquire('b', {hints: ['stop it: guard scheduler stop']})).rejects.toMatchObject({hints})
  })

  test('is held for a second more as long as any of it is left', async () => {
    const {acquire, clock} = leaseContest()
    await acquire('a')
    clock.advance(59_999)
    await expect(acquire('b')).rejects.toThrow('held by a for 1 s more')
  })
})

describe('a lease is abandoned', () => {
  test.each([
    ['if nothing that is known of its holder lives', 'none', true],
    ['not while its guard lives', 'guard', false],
    ['not while its job lives, whose guard is gone', 'orphaned-job', false],
    ['not where that is not known', 'unknown', false],
  ] as const)('%s', async (_title, living, is) => {
    const {acquire, deps, alive} = leaseContest()
    const lease = await acquire('a')
    alive.set('a', living)
    expect(await isAbandoned(deps, lease)).toBe(is)
  })
})

test('the leases are listed by the names of their jobs, in whatever order they were taken', async () => {
  const {acquire, deps} = leaseContest()
  for (const job of ['b', 'c', 'a']) await acquire('h', {job})
  expect((await listLeases(deps)).map(({job}) => job)).toEqual(['a', 'b', 'c'])
})
