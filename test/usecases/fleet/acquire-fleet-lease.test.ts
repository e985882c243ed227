import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {acquireFleetLease} from '../../../src/usecases/fleet/acquire-fleet-lease.js'
import {fakeFleet, noSpace} from '../../support/fake-fleet.js'

const slotAt = Date.UTC(2026, 0, 5, 12)
const away = new StoreFault('away', 'connection refused')

/** Another host of the same fleet. */
const otherOf = ({clock, store}: ReturnType<typeof fakeFleet>) => {
  const other = fakeFleet({clock, store, host: 'web-18'})
  return {...other, request: {...other.request, holder: 'run-2', claimId: 'run-2'}}
}

describe('a lease of the fleet', () => {
  test('is granted to one host, and refused to the next by name', async () => {
    const one = fakeFleet()
    const other = otherOf(one)
    expect(await acquireFleetLease(one.deps, one.request)).toMatchObject({granted: {lease: {token: 1, host: 'web-17'}}})
    expect(await acquireFleetLease(other.deps, other.request)).toMatchObject({
      refused: {state: 'held', lease: {token: 1, host: 'web-17'}},
    })
    expect(one.answers()).toMatchObject([{kind: 'granted', job: 'nightly', claim: 'run-1', token: 1, ttlMs: 60_000}])
    expect(other.answers()).toMatchObject([{kind: 'refused', reason: 'held', token: 1, by: 'web-17'}])
  })

  test('is given for a slot once', async () => {
    const one = fakeFleet()
    const other = otherOf(one)
    await acquireFleetLease(one.deps, {...one.request, slotAt})
    await one.store.release({job: 'nightly', token: 1, status: 'ok'})
    expect(await acquireFleetLease(other.deps, {...other.request, slotAt})).toMatchObject({refused: {state: 'done'}})
    const next = {...other.request, slotAt: slotAt + 60_000}
    expect(await acquireFleetLease(other.deps, next)).toMatchObject({granted: {lease: {token: 2}}})
    expect(other.answers()).toMatchObject([
      {reason: 'done', slotAt},
      {kind: 'granted', slotAt: slotAt + 60_000},
    ])
  })

  test('is refused for a slot that is to come, and a wait changes nothing of it', async () => {
    const {deps, request, kinds, store} = fakeFleet()
    const early = {...request, slotAt: slotAt + 90_000, patienceMs: 600_000}
    expect(await acquireFleetLease(deps, early)).toMatchObject({refused: {state: 'early'}})
    expect([kinds(), store.asked]).toEqual([['refused early'], ['acquire nightly']])
  })

  test('is waited for with pauses, while it is another host that has it', async () => {
    const one = fakeFleet()
    const other = otherOf(one)
    await acquireFleetLease(one.deps, one.request)
    const granted = await acquireFleetLease(other.deps, {...other.request, patienceMs: Number.POSITIVE_INFINITY})
    expect(granted).toMatchObject({granted: {lease: {token: 2, host: 'web-18'}}})
    expect(one.store.asked).toHaveLength(62)
    expect(other.kinds()).toEqual(['granted'])
  })

  test.each([
    ['its wait is over', {patienceMs: 5000}],
    ['nobody wants it any more', {patienceMs: 60_000, isWanted: () => false}],
  ])('is refused once %s', async (_title, more) => {
    const one = fakeFleet()
    const other = otherOf(one)
    await acquireFleetLease(one.deps, one.request)
    expect(await acquireFleetLease(other.deps, {...other.request, ...more})).toMatchObject({refused: {state: 'held'}})
    expect(other.kinds()).toEqual(['refused held'])
  })
})

describe('the floor that a host sends', () => {
  test('is the highest token that it has seen in the fleet: a restored store gives none below it', async () => {
    const one = fakeFleet()
    const other = otherOf(one)
    await acquireFleetLease(other.deps, other.request)
    await acquireFleetLease(one.deps, one.request)
    one.store.rows.clear()
    expect(await acquireFleetLease(one.deps, one.request)).toMatchObject({granted: {lease: {token: 2}}})
  })

  test('is that of its own journals, should the job have been of this machine before', async () => {
    const {deps, request, machine} = fakeFleet()
    machine.floor = 40
    expect(await acquireFleetLease(deps, request)).toMatchObject({granted: {lease: {token: 41}}})
  })

  test('is told to the leases of this machine, should the job come back to it', async () => {
    const one = fakeFleet()
    const other = otherOf(one)
    await acquireFleetLease(one.deps, one.request)
    await acquireFleetLease(other.deps, other.request)
    expect([one.machine.raised, other.machine.raised]).toEqual([[1], [1]])
  })

  test('is not a reason not to run a job where a journal cannot be read or written', async () => {
    const {deps, request, machine, seen} = fakeFleet()
    machine.fault = noSpace
    expect(await acquireFleetLease(deps, request)).toMatchObject({granted: {lease: {token: 1}}})
    expect(seen.warnings).toEqual([
      'what nightly has had in the fleet is not known: no space left',
      'the leases of this machine do not know the token of nightly: no space left',
    ])
  })
})

describe('a store that fails', () => {
  test('is asked again while it is away, with pauses that grow, until the wait is over', async () => {
    const {deps, request, store, kinds, clock} = fakeFleet()
    store.fault = away
    const begun = clock.mono()
    await expect(acquireFleetLease(deps, request)).rejects.toBe(away)
    expect(clock.mono() - begun).toBe(15_000)
    // 125, 250, 500 and then 1000 ms.
    expect(store.asked).toHaveLength(19)
    expect(kinds()).toEqual(['refused away'])
  })

  test('and comes back within the wait costs the run nothing', async () => {
    const {deps, request, store, clock, kinds} = fakeFleet()
    store.fault = away
    const sleep = async (ms: number) => {
      clock.advance(ms)
      if (store.asked.length === 3) store.fault = undefined
    }
    expect(await acquireFleetLease({...deps, clock: {...clock, sleep}}, request)).toMatchObject({granted: {}})
    expect(kinds()).toEqual(['granted'])
  })

  test.each([
    new StoreFault('refused', 'password authentication failed'),
    new StoreFault('invalid', 'a token above 2^53'),
  ])('is not asked twice if asking changes nothing: %s', async (fault) => {
    const {deps, request, store, answers} = fakeFleet()
    store.fault = fault
    await expect(acquireFleetLease(deps, request)).rejects.toBe(fault)
    expect(store.asked).toHaveLength(1)
    expect(answers()).toMatchObject([{kind: 'refused', reason: fault.kind, detail: fault.message}])
  })
})

describe('a claim that was given up', () => {
  const lost = new StoreFault('away', 'no answer in time', [], {isOpen: true})

  /** Asks, hears nothing, and gives up; then the store grants what it was asked for. */
  async function givenUp(slot: number | undefined, more: object = {}) {
    const one = fakeFleet()
    const asked: Parameters<typeof one.store.acquire>[0][] = []
    const acquire = async (claim: (typeof asked)[number]) => {
      asked.push(claim)
      throw lost
    }
    const deps = {...one.deps, store: {...one.store, acquire}, waitMs: 0}
    await expect(acquireFleetLease(deps, {...one.request, slotAt: slot, ...more})).rejects.toBe(lost)
    for (const claim of asked) await one.store.acquire(claim)
    return {...one, next: {...one.request, holder: 'run-9', claimId: 'run-9'}}
  }

  test('is on record as open', async () => {
    const {answers} = await givenUp(slotAt)
    expect(answers()).toMatchObject([{kind: 'refused', reason: 'away', slotAt, open: true}])
  })

  test.each([
    ['its slot', slotAt, slotAt],
    ['a later slot', slotAt, slotAt + 60_000],
    ['no slot', undefined, undefined],
    ['no slot, after one with a slot', slotAt, undefined],
  ])('leaves what it was granted later to the next claim of this host: %s', async (_title, slot, nextSlot) => {
    const {deps, next} = await givenUp(slot)
    expect(await acquireFleetLease(deps, {...next, slotAt: nextSlot})).toMatchObject({
      granted: {lease: {token: 2, claimId: 'run-9'}},
    })
  })

  test('leaves nothing to another host', async () => {
    const one = await givenUp(slotAt)
    const other = otherOf(one)
    expect(await acquireFleetLease(other.deps, {...other.request, slotAt})).toMatchObject({refused: {state: 'done'}})
    expect(await acquireFleetLease(other.deps, other.request)).toMatchObject({refused: {state: 'held'}})
  })

  test('is open also if only one of several questions may be carried out', async () => {
    const {deps, request, store, answers} = fakeFleet()
    const faults = [lost, away]
    const acquire = async () => {
      throw faults.shift() ?? away
    }
    await expect(acquireFleetLease({...deps, store: {...store, acquire}}, request)).rejects.toBe(away)
    expect(answers()).toMatchObject([{reason: 'away', open: true}])
  })
})

describe('a claim whose guard was killed before it had the answer', () => {
  /** Asks, and is killed before the answer. */
  async function killed(slot: number | undefined) {
    const one = fakeFleet()
    const hangs = {...one.store, acquire: () => new Promise<never>(() => undefined)}
    void acquireFleetLease({...one.deps, store: hangs}, {...one.request, slotAt: slot})
    await one.pass(0)
    one.gone.add('run-1')
    return {...one, next: {...one.request, holder: 'run-9', claimId: 'run-9', slotAt: slot}}
  }
  const late = ({store, request}: ReturnType<typeof fakeFleet>, slot: number | undefined) =>
    store.acquire({...request, slotAt: slot, host: 'web-17', floor: 0} as never)

  test('is on record since before the question', async () => {
    const {known} = await killed(slotAt)
    expect(known.lines).toMatchObject([{kind: 'asked', claim: 'run-1', slotAt, process: {pid: 10, start: '100'}}])
  })

  test.each([
    ['slot', slotAt],
    ['lease', undefined],
  ])('leaves its %s to the next claim of this host', async (_title, slot) => {
    const one = await killed(slot)
    await late(one, slot)
    expect(await acquireFleetLease(one.deps, one.next)).toMatchObject({granted: {lease: {token: 2}}})
  })

  test('leaves it to nobody while its guard may live, or if its run is on record', async () => {
    const one = await killed(slotAt)
    await late(one, slotAt)
    const unseen = {...one.deps, livingProcessOf: async () => 'unknown' as const}
    for (const deps of [{...one.deps, livingProcessOf: async () => 'guard' as const}, unseen])
      expect(await acquireFleetLease(deps, one.next)).toMatchObject({refused: {state: 'done'}})
    one.runs.append({kind: 'started', job: 'nightly', run: 'run-1'}, 'buffered')
    expect(await acquireFleetLease(one.deps, one.next)).toMatchObject({refused: {state: 'done'}})
  })

  test('leaves nothing once it was granted on record: its run may have begun without one', async () => {
    const one = fakeFleet()
    await acquireFleetLease(one.deps, {...one.request, slotAt})
    one.gone.add('run-1')
    const next = {...one.request, holder: 'run-9', claimId: 'run-9', slotAt: slotAt + 60_000}
    expect(await acquireFleetLease(one.deps, next)).toMatchObject({refused: {state: 'held'}})
  })
})

describe('the lease of a run whose guard and job are gone', () => {
  /** A run that was killed while it had the lease; `rerun`: whether its job is run again. */
  async function crashed(rerun: boolean) {
    const one = fakeFleet()
    await acquireFleetLease(one.deps, {...one.request, slotAt})
    one.gone.add('run-1')
    const of = {job: 'nightly', run: 'run-1'}
    one.runs.append({kind: 'started', ...of, process: {pid: 10, start: '100'}}, 'buffered')
    one.runs.append({kind: 'interrupted', ...of, reason: 'its guard is gone'}, 'buffered')
    one.runs.append({kind: 'step-ended', ...of, do: 'rerun', ok: rerun, durationMs: 0}, 'buffered')
    return {...one, next: {...one.request, holder: 'run-9', claimId: 'run-9'}}
  }

  test('is taken over by the run that runs its job again, with a higher token', async () => {
    const one = await crashed(true)
    expect(await acquireFleetLease(one.deps, one.next)).toMatchObject({granted: {lease: {token: 2}}})
  })

  test('is left to its time where the job is not run again, or where nothing proves that they are gone', async () => {
    const held = {refused: {state: 'held', lease: {claimId: 'run-1'}}}
    const alone = await crashed(false)
    expect(await acquireFleetLease(alone.deps, alone.next)).toMatchObject(held)
    const unseen = await crashed(true)
    const deps = {...unseen.deps, livingProcessOf: async () => 'unknown' as const}
    expect(await acquireFleetLease(deps, unseen.next)).toMatchObject(held)
  })

  test('gives no slot away that it has claimed', async () => {
    const one = await crashed(true)
    expect(await acquireFleetLease(one.deps, {...one.next, slotAt})).toMatchObject({refused: {state: 'done'}})
  })
})

describe('a process that was stopped before it had the answer', () => {
  /** The question is answered after so long. */
  const slow = (fleet: ReturnType<typeof fakeFleet>, ...delaysMs: number[]) => ({
    ...fleet.store,
    acquire: async (claim: Parameters<typeof fleet.store.acquire>[0]) => {
      const answer = await fleet.store.acquire(claim)
      fleet.clock.advance(delaysMs.shift() ?? 0)
      return answer
    },
  })

  test('asks again, and gets a higher token', async () => {
    const fleet = fakeFleet()
    const {deps, request, kinds, clock} = fleet
    const claimed = await acquireFleetLease({...deps, store: slow(fleet, 59_000, 10)}, request)
    expect(claimed).toEqual({granted: {lease: expect.objectContaining({token: 2}), askedAt: clock.mono() - 10}})
    expect(kinds()).toEqual(['granted'])
  })

  test('finds that another host has it by now', async () => {
    const one = fakeFleet()
    const other = otherOf(one)
    const store = slow(one, 61_000)
    const {acquire} = store
    let asked = 0
    const late = async (claim: Parameters<typeof acquire>[0]) => {
      if (asked++ === 1) await acquireFleetLease(other.deps, other.request)
      return acquire(claim)
    }
    expect(await acquireFleetLease({...one.deps, store: {...store, acquire: late}}, one.request)).toMatchObject({
      refused: {state: 'held', lease: {host: 'web-18'}},
    })
  })

  test('takes what it gets from a store that is so slow each time', async () => {
    const fleet = fakeFleet()
    const {deps, request, clock} = fleet
    const delays = [25_000, 25_000, 25_000, 25_000]
    const claimed = await acquireFleetLease({...deps, store: slow(fleet, ...delays)}, request)
    expect(claimed).toMatchObject({granted: {lease: {token: 3}, askedAt: clock.mono() - 25_000}})
  })
})
