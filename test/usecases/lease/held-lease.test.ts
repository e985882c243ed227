import {describe, expect, test} from 'vitest'
import {checkLease, releaseLease, renewLease} from '../../../src/usecases/lease/held-lease.js'
import type {LeaseDeps} from '../../../src/usecases/lease/lease.js'
import {leaseContest} from '../../support/lease-contest.js'

const release = {status: 'ok', detail: undefined} as const

/** A holder, and what it may do with its lease; `meanwhile` comes between its look at the lease and its record. */
async function held(meanwhile: (deps: LeaseDeps, append: LeaseDeps['leases']['append']) => void = () => undefined) {
  const contest = leaseContest()
  const {deps, leases, acquire} = contest
  const lease = await acquire('a')
  const append: typeof leases.append = (entry, durability) => {
    meanwhile(deps, leases.append)
    return leases.append(entry, durability)
  }
  return {...contest, lease, raced: {...deps, leases: {...leases, append}}}
}

describe('a lease that was given back', () => {
  test('is held by nobody, which is said, though its time is not over', async () => {
    const {deps, lease} = await held()
    releaseLease(deps, {...lease, ...release})
    expect(() => checkLease(deps, lease)).toThrow('token 1 does not hold the lease of scan: it was released')
  })

  test('by its next holder is not given back by the one before', async () => {
    const {deps, lease, acquire, clock} = await held()
    clock.advance(60_000)
    releaseLease(deps, {...(await acquire('b')), ...release})
    expect(() => releaseLease(deps, {...lease, ...release})).toThrow(/b has token 2$/)
  })
})

test('a lease that another takes between the look at it and the renewal is lost', async () => {
  const {raced, lease} = await held((deps, append) => {
    const over = deps.leases.read().byJob.get('scan')?.claimId
    append({kind: 'claimed', job: 'scan', holder: 'b', ttlMs: 60_000, over}, 'durable')
  })
  expect(() => renewLease(raced, lease)).toThrow(
    expect.objectContaining({kind: 'fenced', message: 'token 1 does not hold the lease of scan: b has token 2'}),
  )
})

test('a lease of which nothing is known, as in a state directory that is new, is held by nobody', () => {
  const {deps} = leaseContest()
  expect(() => checkLease(deps, {job: 'scan', token: 1})).toThrow(/: no lease of it is known$/)
})

test('a holder that names only its token is known by that', async () => {
  const {deps} = await held()
  expect(renewLease(deps, {job: 'scan', token: 1})).toMatchObject({holder: 'a'})
})

test('the holder of a lease whose time has passed is told how to renew it', async () => {
  const {deps, lease, clock} = await held()
  clock.advance(60_000)
  expect(() => checkLease(deps, lease)).toThrow(
    expect.objectContaining({hints: [expect.stringContaining('guard lease renew scan --token 1')]}),
  )
})
