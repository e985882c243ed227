import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {acquireFleetLease} from '../../../src/usecases/fleet/acquire-fleet-lease.js'
import {findUnsettled, settleOpenClaims} from '../../../src/usecases/fleet/settle-open-claims.js'
import {fakeFleet} from '../../support/fake-fleet.js'

const slotAt = Date.UTC(2026, 0, 5, 12)

/** A host that has given up its claim for a slot; `late` has the store carry it out. */
async function host() {
  const fleet = fakeFleet()
  const {deps, store, request, known, runs, kinds, seen} = fleet
  const claim = {...request, slotAt}
  const fault = new StoreFault('away', 'no answer in time', [], {isOpen: true})
  store.fault = fault
  await expect(acquireFleetLease({...deps, waitMs: 0}, claim)).rejects.toBe(fault)
  store.fault = undefined
  store.asked.length = 0
  const log: string[] = []
  const settle = async () => {
    const all = {...deps, known, runs, log: (text: string) => void log.push(text)}
    await settleOpenClaims(all, await findUnsettled(all))
  }
  const late = () => store.acquire({...claim, host: 'web-17', floor: 0})
  return {...fleet, kinds, seen, log, settle, late}
}

test('a slot that was granted after its host had given up is on record as a run that was interrupted, once', async () => {
  const {settle, late, runs, log, known, seen} = await host()
  await late()
  await settle()
  const reason = expect.stringMatching(
    /its slot 2026-01-05T12:00:00Z was claimed for it in the fleet, so no host runs it/,
  )
  expect(runs.lines).toMatchObject([{kind: 'interrupted', job: 'nightly', run: 'run-1', claimedSlotAt: slotAt, reason}])
  expect(log).toHaveLength(1)
  expect(known.lines.at(-1)).toMatchObject({kind: 'settled', claim: 'run-1', token: 1, slotAt, unrun: true})
  expect(seen.told).toEqual(['away begun: no answer in time', 'away over: no answer in time'])
  await settle()
  expect(runs.lines).toHaveLength(1)
})

test('and this host may still run it', async () => {
  const {settle, late, deps, request} = await host()
  await late()
  await settle()
  const again = {...request, holder: 'run-2', claimId: 'run-2', slotAt}
  expect(await acquireFleetLease(deps, again)).toMatchObject({granted: {lease: {token: 2}}})
})

test('one that another host has had is settled, and nothing is missing', async () => {
  const {settle, clock, store, runs, known} = await host()
  const other = fakeFleet({clock, store, host: 'web-18'})
  await acquireFleetLease(other.deps, {...other.request, claimId: 'run-2', slotAt})
  await settle()
  expect([runs.lines, known.lines.at(-1)]).toMatchObject([[], {kind: 'settled', claim: 'run-1'}])
  expect(known.lines.at(-1)).not.toHaveProperty('unrun')
  store.asked.length = 0
  await settle()
  expect(known.lines.filter(({kind}) => kind === 'settled')).toHaveLength(1)
})

test('is asked after again while the store does not answer, or has not carried it out', async () => {
  const {settle, store, runs, kinds, late} = await host()
  store.fault = new StoreFault('away', 'connection refused')
  await settle()
  store.fault = undefined
  await settle()
  expect([runs.lines, kinds()]).toEqual([[], ['refused away', 'answered']])
  await late()
  await settle()
  expect(runs.lines).toHaveLength(1)
})

describe('a guard that was killed', () => {
  const claimed = {kind: 'asked', job: 'nightly', claim: 'run-1', slotAt, process: {pid: 10, start: '100'}}

  /** `records`: what it has written; `late` has the store carry its question out. */
  async function killed(...records: readonly object[]) {
    const fleet = fakeFleet()
    for (const one of [claimed, ...records]) fleet.known.append(one as never, 'buffered')
    fleet.gone.add('run-1')
    const all = {...fleet.deps, known: fleet.known, runs: fleet.runs, log: () => undefined}
    const settle = async (more: object = {}) => {
      const deps = {...all, ...more}
      await settleOpenClaims(deps, await findUnsettled(deps))
    }
    const late = () => fleet.store.acquire({...fleet.request, slotAt, host: 'web-17', floor: 0})
    return {...fleet, settle, late}
  }
  const granted = {kind: 'granted', job: 'nightly', claim: 'run-1', token: 1, slotAt, ttlMs: 60_000, serverAt: 1}
  const reason = expect.stringMatching(/its guard was gone before its job began, and its slot .* was claimed for it/)

  test.each([
    ['before it had the answer', []],
    ['between the answer and the start of its job', [granted]],
  ])('%s leaves a slot that is on record as a run that was interrupted, once', async (_title, records) => {
    const {settle, late, runs} = await killed(...records)
    await late()
    await settle()
    await settle()
    expect(runs.lines).toMatchObject([{kind: 'interrupted', run: 'run-1', claimedSlotAt: slotAt, reason}])
  })

  test('between the answer and the start is told of also once a later slot was claimed', async () => {
    const {settle, store, runs, request} = await killed(granted)
    await store.acquire({...request, claimId: 'run-2', slotAt: slotAt + 60_000, host: 'web-18', floor: 0})
    await settle()
    expect(runs.lines).toMatchObject([{kind: 'interrupted', run: 'run-1'}])
  })

  test('leaves nothing to tell where another host has had the slot', async () => {
    const {settle, store, runs, request, kinds} = await killed()
    await store.acquire({...request, claimId: 'run-2', slotAt, host: 'web-18', floor: 0})
    await settle()
    expect([runs.lines, kinds()]).toEqual([[], ['settled']])
  })

  test('while its job ran is told of by the record of that run alone', async () => {
    const {settle, late, runs, store, kinds} = await killed(granted)
    await late()
    runs.append({kind: 'started', job: 'nightly', run: 'run-1'}, 'buffered')
    store.asked.length = 0
    await settle()
    expect([runs.lines.length, kinds(), store.asked]).toEqual([1, ['granted', 'settled'], []])
  })

  test('and cannot be seen from here is waited for until its lease is over', async () => {
    const {settle, late, runs, clock} = await killed()
    await late()
    const unseen = {livingProcessOf: async () => 'unknown'}
    await settle(unseen)
    expect(runs.lines).toEqual([])
    clock.advance(60_000)
    await settle(unseen)
    expect(runs.lines).toMatchObject([{kind: 'interrupted', reason}])
  })

  test('is not looked for while it lives, and then no store is asked', async () => {
    const {settle, late, store, runs, gone} = await killed(granted)
    await late()
    gone.clear()
    store.asked.length = 0
    await settle()
    expect([runs.lines, store.asked]).toEqual([[], []])
  })
})

describe('a run that is forgotten, because a later one of its job has ended since,', () => {
  const claim = {job: 'nightly', claim: 'run-1', slotAt}
  const owner = {process: {pid: 10, start: '100'}}

  /** `answer`: what the store had said to its claim. */
  async function forgotten(answer: object) {
    const fleet = fakeFleet()
    const {known, runs, store, request, gone} = fleet
    known.append({kind: 'asked', ...claim, ...owner}, 'buffered')
    known.append({...claim, ...answer} as never, 'buffered')
    await store.acquire({...request, slotAt, host: 'web-17', floor: 0})
    fleet.clock.advance(60_000)
    for (const run of ['run-1', 'run-2']) {
      runs.append({kind: 'started', job: 'nightly', run}, 'buffered')
      runs.append({kind: 'ended', job: 'nightly', run, outcome: 'healthy', exitCode: 0}, 'buffered')
      gone.add(run)
    }
    const lines = runs.lines.length
    const all = {...fleet.deps, known, runs, log: () => undefined}
    await settleOpenClaims(all, await findUnsettled(all))
    return {...fleet, news: runs.lines.slice(lines)}
  }

  test('has had its slot, though it could not give its lease back', async () => {
    const {news, kinds} = await forgotten({kind: 'granted', token: 1, ttlMs: 60_000, serverAt: 1})
    expect([news, kinds()]).toEqual([[], ['granted', 'settled']])
  })

  test('has its slot recorded as done if it had no lease, and says nothing for or against its job', async () => {
    const {news, store} = await forgotten({kind: 'refused', reason: 'away', unfenced: true})
    expect(news).toEqual([])
    expect(store.rows.get('nightly')).toMatchObject({slotAt, released: {status: 'ok', detail: 'unknown'}})
    expect(store.rows.get('nightly')).not.toHaveProperty('lastEnd')
  })
})

describe('a run that took place without the lease', () => {
  const unfenced = {
    kind: 'refused',
    job: 'nightly',
    claim: 'run-1',
    reason: 'away',
    detail: 'no answer',
    unfenced: true,
  }

  async function ran(more: object) {
    const fleet = fakeFleet()
    const owner = {process: {pid: 10, start: '100'}}
    fleet.known.append({...unfenced, ...more, kind: 'asked', ...owner}, 'buffered')
    fleet.known.append({...unfenced, ...more}, 'buffered')
    fleet.runs.append({kind: 'started', job: 'nightly', run: 'run-1', unfenced: true}, 'buffered')
    fleet.runs.append({kind: 'ended', job: 'nightly', run: 'run-1', outcome: 'failed', exitCode: 1}, 'buffered')
    fleet.gone.add('run-1')
    const all = {...fleet.deps, known: fleet.known, runs: fleet.runs, log: () => undefined}
    const settle = async () => settleOpenClaims(all, await findUnsettled(all))
    return {...fleet, settle}
  }

  test('has its slot recorded as done once the store answers, with how it ended', async () => {
    const {settle, store, known, seen, runs} = await ran({slotAt})
    await settle()
    expect(store.rows.get('nightly')).toMatchObject({
      ...{slotAt, token: 1, host: 'web-17', claimId: 'run-1', released: {status: 'error', detail: 'failed'}},
    })
    expect(known.lines.at(-1)).toMatchObject({kind: 'released', claim: 'run-1', token: 1, status: 'error'})
    expect(seen.told).toEqual(['away over: no answer'])
    store.asked.length = 0
    await settle()
    expect([store.asked, runs.lines.length]).toEqual([[], 2])
  })

  test('has the lease given back that it was granted late', async () => {
    const {settle, store, request, known} = await ran({open: true})
    await store.acquire({...request, host: 'web-17', floor: 0} as never)
    await settle()
    expect(store.rows.get('nightly')?.released).toBeDefined()
    expect(known.lines.at(-1)).toMatchObject({kind: 'released'})
  })

  test('leaves the slot to the host that has claimed it', async () => {
    const {settle, store, request, known} = await ran({slotAt})
    await store.acquire({...request, claimId: 'run-2', slotAt, host: 'web-18', floor: 0})
    await settle()
    expect(store.rows.get('nightly')).toMatchObject({host: 'web-18', token: 1})
    expect(known.lines.at(-1)).toMatchObject({kind: 'settled', claim: 'run-1'})
  })

  test('is recorded before the next claim of its host, which does not run the slot again', async () => {
    const {deps, request, store} = await ran({slotAt})
    const again = {...request, holder: 'run-2', claimId: 'run-2', slotAt}
    expect(await acquireFleetLease(deps, again)).toMatchObject({refused: {state: 'done', lease: {claimId: 'run-1'}}})
    expect(await acquireFleetLease(deps, {...again, slotAt: slotAt + 60_000})).toMatchObject({granted: {}})
    expect(store.rows.get('nightly')).toMatchObject({claimId: 'run-2', token: 2})
  })
})
