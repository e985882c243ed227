import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {LateClaim} from '../../../src/usecases/fleet/claim-later.js'
import type {HoldFleetDeps} from '../../../src/usecases/fleet/hold-fleet-lease.js'
import {fakeFleet} from '../../support/fake-fleet.js'

const slotAt = Date.UTC(2026, 0, 5, 12)
const away = new StoreFault('away', 'connection refused')
/** With the random number of the tests. */
const pauseMs = 10_000
const end = {status: 'error', detail: 'failed'} as const

/** A run that has begun while the store was away; its claim waits for it. */
function lateClaim(slot: {readonly slotAt: number | undefined} = {slotAt}, more: Partial<HoldFleetDeps> = {}) {
  const fleet = fakeFleet()
  const {deps, store, known} = fleet
  const request = {...fleet.request, ...slot}
  const asked = {job: 'nightly', claim: 'run-1', ...slot}
  known.append({kind: 'asked', ...asked, process: {pid: 10, start: '100'}}, 'buffered')
  known.append({kind: 'refused', ...asked, reason: 'away', unfenced: true}, 'buffered')
  let answers = Promise.resolve()
  const acquire: typeof store.acquire = async (...call) => {
    await answers
    return store.acquire(...call)
  }
  const claim = new LateClaim({...deps, store: {...store, acquire}, onLost: () => undefined, ...more}, request)
  claim.wait()
  const row = () => store.rows.get('nightly')
  const takeByOther = (more: object = {}) =>
    store.acquire({...request, host: 'web-18', holder: 'x', claimId: 'x', floor: 0, ...more} as never)
  /** Keeps the answers of the store back until the returned function is called. */
  const hold = () => {
    let answer = () => {}
    answers = new Promise((resolve) => {
      answer = resolve
    })
    return answer
  }
  return {...fleet, claim, row, takeByOther, hold}
}

describe('while the job runs without its lease', () => {
  test('the store is asked after each random pause of 5 to 15 seconds, and no sooner', async () => {
    const {store, pass} = lateClaim()
    store.fault = away
    await pass(pauseMs - 1)
    expect(store.asked).toEqual([])
    await pass(1)
    await pass(pauseMs - 1)
    expect(store.asked).toHaveLength(1)
    await pass(1)
    expect(store.asked).toHaveLength(2)
  })

  test('the lease that the store gives is held, and given back at the end', async () => {
    const {claim, pass, row, kinds, machine} = lateClaim()
    await pass(pauseMs)
    expect([row()?.claimId, kinds(), machine.raised]).toEqual(['run-1', ['refused away', 'granted'], [1]])
    const before = row()?.expiresAt
    await pass(20_000)
    expect(row()?.expiresAt).toBe((before ?? 0) + 20_000)
    await claim.settle(end, 'at-leisure')
    expect(row()?.released).toMatchObject(end)
  })

  test('a lease that another host has is asked for again', async () => {
    const {store, pass, takeByOther} = lateClaim()
    await takeByOther({slotAt: slotAt - 60_000})
    store.asked.length = 0
    await pass(pauseMs)
    await pass(pauseMs)
    expect(store.asked).toHaveLength(2)
  })

  test('a slot that another host has had is refused on record, and asked for no more', async () => {
    const {store, pass, takeByOther, kinds} = lateClaim()
    await takeByOther()
    store.asked.length = 0
    await pass(pauseMs)
    await pass(pauseMs)
    expect([store.asked.length, kinds()]).toEqual([1, ['refused away', 'refused done']])
  })
})

describe('at the end of the run', () => {
  test('no further question is begun', async () => {
    const {claim, store, pass} = lateClaim()
    await claim.settle(end, 'at-once')
    await pass(pauseMs)
    expect(store.asked).toEqual([])
  })

  test('a claim for a slot is settled by one more question', async () => {
    const {claim, row, kinds} = lateClaim()
    await claim.settle(end, 'at-leisure')
    expect([row()?.slotAt, row()?.released?.status, kinds()]).toEqual([slotAt, 'error', ['refused away', 'released']])
  })

  test('a claim of which the store can have nothing is not asked for', async () => {
    const {claim, store, known} = lateClaim({slotAt: undefined})
    // Another one of the job.
    known.append({kind: 'asked', job: 'nightly', claim: 'run-0'}, 'buffered')
    await claim.settle(end, 'at-leisure')
    expect(store.asked).toEqual([])
  })

  test('a claim for a slot is asked for where nothing is kept of what is open', async () => {
    const {claim, row} = lateClaim({slotAt}, {known: undefined})
    await claim.settle(end, 'at-leisure')
    expect(row()?.released).toMatchObject(end)
  })

  test('a store that is away is not waited for: another process asks later', async () => {
    const {claim, store, clock} = lateClaim()
    store.fault = away
    const begun = clock.mono()
    await claim.settle(end, 'at-leisure')
    expect([store.asked.length, clock.mono()]).toEqual([1, begun])
  })

  test('a question that is under way is waited for, and what it brings is given back', async () => {
    const {claim, hold, pass, row, store} = lateClaim()
    const answer = hold()
    await pass(pauseMs)
    const settled = claim.settle(end, 'at-leisure')
    answer()
    await settled
    expect(row()?.released).toMatchObject(end)
    expect(store.asked).toEqual(['acquire nightly', 'release nightly'])
  })

  test('guard that was asked to end tries once to give back what it holds', async () => {
    const {claim, pass, store, clock, seen} = lateClaim()
    await pass(pauseMs)
    store.fault = away
    const begun = clock.mono()
    await claim.settle(end, 'at-once')
    expect([clock.mono() - begun, seen.warnings.at(-1)]).toEqual([0, expect.stringContaining('was not given back')])
  })
})

describe('a run of which a process may still be alive', () => {
  test('lets the lease that it has got expire', async () => {
    const {claim, pass, row} = lateClaim()
    await pass(pauseMs)
    const before = row()?.expiresAt
    claim.leave()
    await pass(20_000)
    await claim.settle(end, 'at-leisure')
    expect([row()?.expiresAt, row()?.released]).toEqual([before, undefined])
  })

  test('lets a lease expire that it gets only then', async () => {
    const {claim, hold, pass, row} = lateClaim()
    const answer = hold()
    await pass(pauseMs)
    claim.leave()
    const settled = claim.settle(end, 'at-leisure')
    answer()
    await settled
    const before = row()?.expiresAt
    await pass(20_000)
    expect([row()?.claimId, row()?.expiresAt, row()?.released]).toEqual(['run-1', before, undefined])
  })

  test('leaves its open claim to those who see later that the process is gone', async () => {
    const {claim, store, pass, kinds} = lateClaim()
    claim.leave()
    await claim.settle(end, 'at-leisure')
    await pass(pauseMs)
    expect([store.asked, kinds()]).toEqual([[], ['refused away']])
  })
})
