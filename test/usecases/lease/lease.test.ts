import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {acquireLease, listLeases} from '../../../src/usecases/lease/acquire-lease.js'
import {checkLease, releaseLease, renewLease} from '../../../src/usecases/lease/held-lease.js'
import type {LeaseDeps} from '../../../src/usecases/lease/lease.js'
import {leaseContest} from '../../support/lease-contest.js'

type Leases = LeaseDeps['leases']

/** The same journal, with something that happens after each line. */
function followed(leases: Leases, then: (kind: string) => void): Leases {
  const append: Leases['append'] = (entry, durability) => {
    const appended = leases.append(entry, durability)
    then(entry.kind)
    return appended
  }
  return {...leases, append}
}

const fenced = expect.objectContaining({kind: 'fenced'})

describe('acquiring', () => {
  test('a free lease is granted, and refused to others while it runs', async () => {
    const {acquire, clock} = leaseContest()
    expect(await acquire('a')).toMatchObject({holder: 'a', token: 1})
    clock.advance(59_999)
    await expect(acquire('b')).rejects.toMatchObject({
      kind: 'busy',
      details: {lease: {job: 'scan', state: 'held', holder: 'a', token: 1}},
    })
    clock.advance(1)
    expect(await acquire('b')).toMatchObject({holder: 'b', token: 2})
  })

  test('refusing writes nothing', async () => {
    const {acquire, leases} = leaseContest()
    await acquire('a')
    await expect(acquire('b')).rejects.toThrow(/held by a for 60 s more \(token 1\)/)
    expect(leases.lines).toHaveLength(1)
  })

  test('a job that outlived its guard keeps the lease past its time', async () => {
    const {acquire, alive, clock} = leaseContest()
    await acquire('a')
    alive.set('a', 'job')
    clock.advance(3_600_000)
    await expect(acquire('b')).rejects.toThrow(/by its job, which still runs/)
    alive.set('a', 'none')
    expect(await acquire('b')).toMatchObject({token: 2})
  })

  test('waiting ends with the lease, or with the time for it', async () => {
    const {acquire, clock} = leaseContest()
    await acquire('a')
    const started = clock.mono()
    await expect(acquire('b', {waitMs: 10_000})).rejects.toMatchObject({kind: 'busy'})
    expect(clock.mono() - started).toBe(10_000)
    expect(await acquire('b', {waitMs: 60_000})).toMatchObject({token: 2})
    expect(clock.mono() - started).toBe(60_000)
  })

  test('waiting ends when the process that would get the lease has died, and claims nothing', async () => {
    const {acquire, clock, leases} = leaseContest()
    await acquire('a', {ttlMs: 1000})
    const started = clock.mono()
    const isWanted = () => clock.mono() - started < 1000
    await expect(acquire('b', {waitMs: 10_000, isWanted})).rejects.toMatchObject({kind: 'busy'})
    expect(clock.mono() - started).toBe(1000)
    expect(leases.lines).toHaveLength(1)
  })

  test('only a holder that is wanted to end is waited for', async () => {
    const {acquire, clock} = leaseContest()
    await acquire('a', {ttlMs: 5000})
    const patient = {waitMs: 10_000, isWanted: ({holder}: Lease) => holder === 'a'}
    expect(await acquire('b', patient)).toMatchObject({holder: 'b', token: 2})
    const begun = clock.mono()
    await expect(acquire('c', patient)).rejects.toMatchObject({kind: 'busy'})
    expect(clock.mono() - begun).toBeLessThan(1000)
  })

  test('of two claims at the same moment the first line wins', async () => {
    const {acquire, deps, leases} = leaseContest()
    const rival: RawRecord = {v: 1, id: 'rival', at: 0, mono: deps.clock.mono(), boot: 'boot-1', host: 'host-1'}
    const livingProcessOf = async () => 'none' as const
    await acquire('old')
    const racing = {
      ...deps,
      livingProcessOf,
      leases: {
        ...leases,
        append: (...args: Parameters<typeof leases.append>) => {
          leases.lines.push({...rival, kind: 'claimed', job: 'scan', holder: 'rival', ttlMs: 1000, over: 'r1'})
          return leases.append(...args)
        },
      },
    }
    await expect(
      acquireLease(racing, {job: 'scan', holder: 'b', ttlMs: 1000, process: undefined, waitMs: 0}),
    ).rejects.toThrow(/held by rival/)
  })

  test('a process that was stopped for longer than its ttl asks again before it acts', async () => {
    const {deps, leases, clock} = leaseContest()
    const slow = followed(leases, (kind) => {
      if (kind === 'claimed') clock.advance(2000)
    })
    const stopped = {...deps, leases: slow}
    const lease = await acquireLease(stopped, {job: 'scan', holder: 'a', ttlMs: 1000, process: undefined, waitMs: 0})
    expect(checkLease(deps, lease).token).toBe(1)
    expect(leases.lines.map(({kind}) => kind)).toEqual(['claimed', 'renewed'])
  })
})

test('a process that was stopped for longer than its ttl, and replaced meanwhile, finds the lease busy and is not fenced', async () => {
  const {deps, leases, clock, acquire} = leaseContest()
  let stops = 1
  const slow = followed(leases, () => {
    if (stops-- <= 0) return
    clock.advance(2000)
    leases.append({kind: 'claimed', job: 'scan', holder: 'rival', ttlMs: 60_000}, 'durable')
  })
  const stopped = {...deps, leases: slow}
  const request = {job: 'scan', holder: 'a', ttlMs: 1000, process: undefined, waitMs: 0}
  await expect(acquireLease(stopped, request)).rejects.toMatchObject({
    kind: 'busy',
    details: {lease: {holder: 'rival'}},
  })
  await expect(acquire('b', {waitMs: 60_000})).resolves.toMatchObject({token: 3})
})

describe('holding', () => {
  test('a holder whose lease went to another is fenced from everything', async () => {
    const {acquire, deps, clock, leases} = leaseContest()
    const old = await acquire('a')
    clock.advance(60_000)
    await acquire('b')
    const before = leases.lines.length
    expect(() => renewLease(deps, old)).toThrow(fenced)
    expect(() => checkLease(deps, old)).toThrow(/b has token 2/)
    expect(() => releaseLease(deps, {...old, status: 'ok', detail: undefined})).toThrow(fenced)
    expect(leases.lines).toHaveLength(before)
  })

  test('an expired lease fails the check, and may still be renewed while no other holder has it', async () => {
    const {acquire, deps, clock} = leaseContest()
    const lease = await acquire('a')
    clock.advance(60_000)
    expect(() => checkLease(deps, lease)).toThrow(/has expired/)
    renewLease(deps, lease)
    expect(checkLease(deps, lease)).toMatchObject({token: 1})
  })

  test('a release frees the lease at once, and a second one changes nothing', async () => {
    const {acquire, deps, leases} = leaseContest()
    const lease = await acquire('a')
    const release = {...lease, status: 'error' as const, detail: 'no feed'}
    releaseLease(deps, release)
    expect(releaseLease(deps, release).released).toMatchObject({status: 'error', detail: 'no feed'})
    expect(leases.lines).toHaveLength(2)
    expect(() => renewLease(deps, lease)).toThrow(/it was released/)
    expect(await acquire('b')).toMatchObject({token: 2})
  })
})

test('in a journal that began anew, a holder of the same token by another claim is fenced', async () => {
  const {deps} = leaseContest()
  const {leases, acquire} = leaseContest()
  const old = await acquireLease(deps, {job: 'scan', holder: 'a', ttlMs: 60_000, process: undefined, waitMs: 0})
  const anew = {...deps, leases}
  expect(await acquire('b')).toMatchObject({token: old.token})
  const own = {...old, claimId: 'of-the-lost-journal'}
  expect(() => renewLease(anew, own)).toThrow(/b has token 1 of another claim/)
  expect(() => checkLease(anew, own)).toThrow(fenced)
  expect(() => releaseLease(anew, {...own, status: 'ok', detail: undefined})).toThrow(fenced)
})

test('the list shows how the lease of each job ended', async () => {
  const {acquire, deps, clock, alive} = leaseContest()
  const first = await acquire('a', {job: 'z-released'})
  await acquire('b', {job: 'expired', ttlMs: 1000})
  await acquire('c', {job: 'held', process: {pid: 7, start: '1'}})
  releaseLease(deps, {...first, status: 'ok', detail: undefined})
  clock.advance(1000)
  expect(await listLeases(deps)).toEqual([
    expect.objectContaining({job: 'expired', state: 'expired', token: 2}),
    expect.objectContaining({job: 'held', state: 'held', token: 3, pid: 7, expiresAt: '2026-01-05T12:01:00.000Z'}),
    expect.objectContaining({job: 'z-released', state: 'released', token: 1, status: 'ok'}),
  ])
  alive.set('a', 'none').set('c', 'none')
  const abandoned = (await listLeases(deps)).filter((lease) => lease.abandoned)
  expect(abandoned.map(({job, state}) => [job, state])).toEqual([['held', 'held']])
})
