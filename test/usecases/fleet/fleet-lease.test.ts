import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {
  checkFleetLease,
  listFleetLeases,
  releaseFleetLease,
  renewFleetLease,
  takeFleetLease,
} from '../../../src/usecases/fleet/fleet-lease.js'
import {fakeFleet} from '../../support/fake-fleet.js'

const ticket = {job: 'nightly', token: 1}
const ok = {status: 'ok', detail: undefined} as const

async function held() {
  const fleet = fakeFleet()
  await takeFleetLease(fleet.deps, fleet.request)
  return fleet
}

describe('from the shell', () => {
  test('a lease is taken, checked, renewed for the same time, and given back once', async () => {
    const {deps, clock, kinds} = await held()
    clock.advance(30_000)
    expect(await checkFleetLease(deps, ticket)).toMatchObject({token: 1, remainingMs: 30_000})
    expect(await renewFleetLease(deps, ticket)).toMatchObject({token: 1, ttlMs: 60_000, remainingMs: 60_000})
    const end = {status: 'error', detail: 'disk full'} as const
    expect(await releaseFleetLease(deps, ticket, end)).toMatchObject({released: {status: 'error', detail: 'disk full'}})
    expect(await releaseFleetLease(deps, ticket, ok)).toMatchObject({released: {status: 'error'}})
    expect(kinds()).toEqual(['granted', 'released', 'released'])
  })

  test('an answer to any question is recorded and told after trouble with the store, and else not', async () => {
    const {deps, store, kinds, seen, request} = await held()
    await listFleetLeases(deps)
    store.fault = new StoreFault('refused', 'password authentication failed')
    await expect(takeFleetLease(deps, {...request, claimId: 'c2'})).rejects.toThrow('password')
    store.fault = undefined
    await listFleetLeases(deps)
    await checkFleetLease(deps, ticket)
    expect(kinds()).toEqual(['granted', 'refused refused', 'answered'])
    expect(seen.told).toEqual([
      'refused begun: password authentication failed',
      'refused over: password authentication failed',
    ])
  })

  test('one that another host has is busy, and its holder is told', async () => {
    const {deps, request} = await held()
    await expect(takeFleetLease(deps, {...request, claimId: 'c2'})).rejects.toMatchObject({
      kind: 'busy',
      message: 'the lease of nightly in the fleet is not free: web-17 has had it for 0 s (token 1)',
      details: {lease: {job: 'nightly', scope: 'fleet', state: 'held', host: 'web-17', token: 1}},
    })
  })

  test('one that has expired does not hold, and can be renewed while nobody else has it', async () => {
    const {deps, clock} = await held()
    clock.advance(60_000)
    await expect(checkFleetLease(deps, ticket)).rejects.toMatchObject({
      kind: 'fenced',
      message: 'token 1 does not hold the lease of nightly in the fleet: it has expired',
      hints: [expect.stringContaining('guard lease renew nightly --token 1')],
    })
    expect(await renewFleetLease(deps, ticket)).toMatchObject({remainingMs: 60_000})
  })

  test.each([
    ['check', checkFleetLease],
    ['renew', renewFleetLease],
    ['release', (deps: Parameters<typeof checkFleetLease>[0], one: typeof ticket) => releaseFleetLease(deps, one, ok)],
  ])('%s refuses a token that is not the newest', async (_verb, call) => {
    const {deps, clock, request} = await held()
    clock.advance(60_000)
    await takeFleetLease(deps, {...request, claimId: 'c2'})
    await expect(call(deps, ticket)).rejects.toMatchObject({
      kind: 'fenced',
      message: 'token 1 does not hold the lease of nightly in the fleet: web-17 has token 2',
    })
    await expect(call(deps, {...ticket, job: 'other'})).rejects.toMatchObject({kind: 'fenced'})
  })

  test('all jobs of all hosts are listed by name', async () => {
    const {deps, request} = await held()
    await takeFleetLease({...deps, host: 'web-18'}, {...request, job: 'feed', claimId: 'c2'})
    expect((await listFleetLeases(deps)).map(({job, host}) => [job, host])).toEqual([
      ['feed', 'web-18'],
      ['nightly', 'web-17'],
    ])
  })

  test('a store that is of no use is an error of input and output, with what to do', async () => {
    const {deps, store, request} = await held()
    store.fault = new StoreFault('refused', 'password authentication failed', ['set the password'])
    const told = {kind: 'io', message: 'the store of the fleet refuses this host: password authentication failed'}
    for (const call of [takeFleetLease(deps, request), checkFleetLease(deps, ticket), listFleetLeases(deps)])
      await expect(call).rejects.toMatchObject({...told, hints: ['set the password']})
  })
})
