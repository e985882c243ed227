import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {acquireFleetLease} from '../../../src/usecases/fleet/acquire-fleet-lease.js'
import {noteFault} from '../../../src/usecases/fleet/fleet-records.js'
import {holdFleetLease} from '../../../src/usecases/fleet/hold-fleet-lease.js'
import {fakeFleet} from '../../support/fake-fleet.js'

const away = new StoreFault('away', 'connection refused')
/** Of another job of this host. */
const claim = {job: 'other', host: 'web-17', holder: 'run-9', claimId: 'run-9', ttlMs: 60_000, floor: 0}
const notOpen = {isOpen: false, isUnfenced: false}

/** A lease of a minute, counted from before the question, whose answer took a second. */
async function holding() {
  const fleet = fakeFleet()
  const {deps, request, clock, store} = fleet
  const claimed = await acquireFleetLease(deps, request)
  if (!('granted' in claimed)) throw new Error('refused')
  clock.advance(1000)
  const lost: string[] = []
  const hold = holdFleetLease({...deps, onLost: (reason) => lost.push(reason)}, claimed.granted)
  const renewals = () => store.asked.filter((question) => question === 'renew nightly').length
  /** Lets time pass second by second. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) await fleet.pass(1000)
  }
  return {...fleet, hold, lost, renewals, pass, stop: fleet.pass}
}

describe('while the job runs', () => {
  test('the lease is renewed every third of its ttl, counted from before each question', async () => {
    const {hold, pass, renewals, lost} = await holding()
    await pass(18)
    expect([renewals(), hold.restMs()]).toEqual([0, 41_000])
    await pass(1)
    expect([renewals(), hold.restMs()]).toEqual([1, 60_000])
    await pass(19)
    expect(renewals()).toBe(1)
    await pass(161)
    expect([renewals(), lost]).toEqual([10, []])
  })

  test.each([
    ['ends the trouble with a store that was away, and that is told once', 'away', ['away over: connection refused']],
    ['does not end that with a store that refuses other claims', 'refused', []],
  ] as const)('a renewal that succeeds %s', async (_title, kind, told) => {
    const {deps, known, seen, pass, kinds} = await holding()
    noteFault(deps, claim, new StoreFault(kind, 'connection refused'), notOpen)
    await pass(60)
    expect([seen.told, known.read().trouble?.kind]).toEqual([told, kind === 'away' ? undefined : kind])
    expect(kinds().filter((one) => one === 'answered')).toHaveLength(told.length)
  })

  test('a renewal that fails is tried again, and the job goes on if one succeeds in time', async () => {
    const {store, pass, renewals, lost, hold} = await holding()
    store.fault = away
    await pass(25)
    expect(renewals()).toBeGreaterThan(2)
    store.fault = undefined
    await pass(60)
    expect([lost, hold.lost()]).toEqual([[], undefined])
  })

  test('a lease that was not renewed for two thirds of its ttl is lost, a third before another host may start', async () => {
    const {store, pass, lost, hold, kinds} = await holding()
    store.fault = away
    await pass(38)
    expect(lost).toEqual([])
    await pass(1)
    expect(lost).toEqual(['it was not renewed for 40 s'])
    expect(hold.restMs()).toBe(20_000)
    expect(kinds().at(-1)).toBe('lost it was not renewed for 40 s')
  })

  test('a lease whose token the store has given to another claim, after its last changes were lost, is lost', async () => {
    const {store, pass, lost} = await holding()
    const row = store.rows.get('nightly')
    if (row) store.rows.set('nightly', {...row, claimId: 'other', host: 'web-18'})
    await pass(19)
    expect(lost).toEqual(["web-18 was given the same token 1; has the fleet's store lost its last changes?"])
    expect(store.rows.get('nightly')).toMatchObject({claimId: 'other', host: 'web-18'})
  })

  test('a store that never answers is not waited for', async () => {
    const {store, deps, pass, lost} = await holding()
    Object.assign(deps.store, {renew: () => new Promise(() => undefined)})
    await pass(39)
    expect([lost.length, store.asked.filter((question) => question.startsWith('renew'))]).toEqual([1, []])
  })

  test('a lease that another host has is lost with its next renewal', async () => {
    const {store, pass, lost, known} = await holding()
    const row = store.rows.get('nightly')!
    store.rows.set('nightly', {...row, token: 2, host: 'web-18', claimId: 'run-2'})
    await pass(19)
    expect(lost).toEqual(['web-18 has token 2'])
    expect(known.lines.at(-1)).toMatchObject({kind: 'lost', token: 1, serverAt: expect.any(Number)})
    await pass(100)
    expect(lost).toHaveLength(1)
  })

  test('a process that was stopped past two thirds knows it at once, and asks nothing before', async () => {
    const {stop, lost, renewals, hold} = await holding()
    await stop(120_000)
    expect([lost, renewals(), hold.restMs()]).toEqual([['it was not renewed for 121 s'], 0, 0])
  })
})

describe('at the end', () => {
  test('the lease is given back, and renewed no more', async () => {
    const {hold, store, pass, kinds, renewals} = await holding()
    await hold.release({status: 'ok', detail: 'healthy'})
    await pass(100)
    expect([hold.lost(), kinds(), renewals()]).toEqual([undefined, ['granted', 'released'], 0])
    expect(store.rows.get('nightly')?.released).toMatchObject({status: 'ok', detail: 'healthy'})
  })

  test('that it is given back is an answer of the store, which ends the trouble with it', async () => {
    const {hold, deps, seen} = await holding()
    noteFault(deps, claim, away, notOpen)
    await hold.release({status: 'ok', detail: 'healthy'})
    expect(seen.told).toEqual(['away over: connection refused'])
  })

  test('one that another host has by then is lost, though no renewal has told it', async () => {
    const {hold, store, lost, kinds} = await holding()
    const row = store.rows.get('nightly')!
    store.rows.set('nightly', {...row, token: 2, host: 'web-18', claimId: 'run-2'})
    await hold.release({status: 'ok', detail: 'healthy'})
    expect([hold.lost(), lost, kinds().at(-1)]).toEqual(['web-18 has token 2', [], 'lost web-18 has token 2'])
  })

  test('a lost lease is not given back', async () => {
    const {hold, store, pass} = await holding()
    store.fault = away
    await pass(39)
    store.fault = undefined
    await hold.release({status: 'error', detail: 'killed'})
    expect(store.asked).not.toContain('release nightly')
  })

  test('a store that is away is waited for no longer than it may be, and it is said when the lease ends', async () => {
    const {hold, store, seen, clock, kinds} = await holding()
    store.fault = away
    const begun = clock.mono()
    await hold.release({status: 'ok', detail: 'healthy'})
    expect(clock.mono() - begun).toBe(15_000)
    expect(seen.warnings).toEqual([
      'the lease of nightly in the fleet was not given back and ends in 44 s: connection refused',
    ])
    expect([hold.lost(), kinds()]).toEqual([undefined, ['granted']])
  })

  test('a lease that is left to a process of the job is neither renewed nor given back', async () => {
    const {hold, store, pass, lost} = await holding()
    hold.leave()
    await hold.release({status: 'error', detail: 'killed'})
    await pass(100)
    expect([store.asked, lost]).toEqual([['acquire nightly'], []])
  })
})
