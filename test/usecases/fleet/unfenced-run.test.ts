import {describe, expect, test} from 'vitest'
import type {OpenClaim} from '../../../src/domain/fleet/open-claims.js'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {claimAndRelease, recordUnfencedRun, recordUnfencedRuns} from '../../../src/usecases/fleet/unfenced-run.js'
import {fakeFleet, noSpace} from '../../support/fake-fleet.js'

const slotAt = Date.UTC(2026, 0, 5, 12)
const minute = 60_000
const own = {process: {pid: 10, start: '100'}}

/** A host that has run `nightly` without the lease, by the name of `run` and for this slot; the run has ended so. */
function host(...ran: readonly {readonly run: string; readonly slotAt: number; readonly end?: object}[]) {
  const fleet = fakeFleet()
  const {deps, known, runs, store} = fleet
  for (const {run, slotAt: slot, end} of ran) {
    const claim = {job: 'nightly', claim: run, slotAt: slot}
    known.append({kind: 'asked', ...claim, ...own}, 'buffered')
    known.append({kind: 'refused', ...claim, reason: 'away', unfenced: true}, 'buffered')
    runs.append({kind: 'started', job: 'nightly', run}, 'buffered')
    if (end) runs.append({kind: 'attempt-ended', job: 'nightly', run, attempt: 1}, 'buffered')
    if (end) runs.append({kind: 'ended', job: 'nightly', run, ...end}, 'buffered')
    if (end) fleet.gone.add(run)
    fleet.clock.advance(minute)
  }
  const begun = known.lines.length
  const row = () => store.rows.get('nightly')
  const takeByOther = (more: object) =>
    store.acquire({job: 'nightly', host: 'web-18', holder: 'x', claimId: 'x', ttlMs: minute, floor: 0, ...more})
  return {
    ...fleet,
    row,
    takeByOther,
    record: () => recordUnfencedRuns(deps, 'nightly'),
    news: () => known.lines.slice(begun),
  }
}

const failed = {outcome: 'failed', exitCode: 1}

describe('the runs of a host that took place without the lease', () => {
  test('are told to the store, the newest first: the older ones are done by that', async () => {
    const {record, row, news} = host(
      {run: 'run-1', slotAt, end: failed},
      {run: 'run-2', slotAt: slotAt + minute, end: failed},
    )
    await record()
    expect(row()).toMatchObject({claimId: 'run-2', slotAt: slotAt + minute, token: 1, released: {status: 'error'}})
    expect(news().map(({kind, claim}) => `${kind} ${claim}`)).toEqual(['released run-2', 'settled run-1'])
  })

  test('are not told of while they go on', async () => {
    const {record, store} = host({run: 'run-1', slotAt})
    await record()
    expect(store.asked).toEqual([])
  })

  test('are told alone: a run that had its lease and could not give it back lets that expire', async () => {
    const {record, known, store} = host({run: 'run-1', slotAt, end: failed})
    known.append(
      {kind: 'granted', job: 'nightly', claim: 'run-1', token: 1, slotAt, ttlMs: minute, serverAt: 1},
      'durable',
    )
    await record()
    expect(store.asked).toEqual([])
  })

  test('wait for the next run where the store does not answer, or the journal of what is known', async () => {
    const {record, store, known, deps, news} = host({run: 'run-1', slotAt, end: failed})
    store.fault = new StoreFault('away', 'connection refused')
    await record()
    const read = () => {
      throw noSpace
    }
    await recordUnfencedRuns({...deps, known: {...known, read}}, 'nightly')
    expect(news()).toEqual([])
    store.fault = undefined
    await record()
    expect(news()).toMatchObject([{kind: 'released', claim: 'run-1'}])
  })

  test('do not hide a fault of guard', async () => {
    const {deps} = host({run: 'run-1', slotAt, end: failed})
    const livingProcessOf = () => Promise.reject(new TypeError('broken'))
    await expect(recordUnfencedRuns({...deps, livingProcessOf}, 'nightly')).rejects.toThrow('broken')
  })
})

describe('of a run that took place without the lease, the store learns', () => {
  test.each<[string, object, 'ok' | 'error', boolean]>([
    ['that it was good', {outcome: 'healthy'}, 'ok', true],
    ['that it failed', {outcome: 'failed'}, 'error', true],
    ['nothing for or against its job, if it skipped its work', {outcome: 'skipped'}, 'ok', false],
    ['nothing for or against its job, if its reader had gone', {outcome: 'killed', class: 'reader-gone'}, 'ok', false],
  ])('%s', async (_title, end, status, isCounted) => {
    const {record, row} = host({run: 'run-1', slotAt, end})
    await record()
    expect(row()?.released).toMatchObject({status, detail: (end as {outcome: string}).outcome})
    expect(row()?.lastEnd?.status).toBe(isCounted ? status : undefined)
  })

  test('nothing for or against its job, if no record of its end is left', async () => {
    const {deps, row} = host()
    const claim: OpenClaim = {claimId: 'run-1', is: 'unfenced', slotAt, at: 0}
    await recordUnfencedRun(deps, 'nightly', claim)
    expect(row()?.released).toMatchObject({status: 'ok', detail: 'unknown'})
    expect(row()).not.toHaveProperty('lastEnd')
  })

  test('so that the lease hinders no other host for longer than ten seconds, should guard be killed meanwhile', async () => {
    const {deps, store, row, takeByOther, clock} = host({run: 'run-1', slotAt, end: failed})
    const release = () => Promise.reject(new Error('killed'))
    await expect(recordUnfencedRuns({...deps, store: {...store, release}}, 'nightly')).rejects.toThrow('killed')
    expect(row()).toMatchObject({claimId: 'run-1'})
    expect(await takeByOther({})).toMatchObject({state: 'held'})
    clock.advance(10_000)
    expect(await takeByOther({})).toMatchObject({state: 'granted'})
  })
})

describe('a lease that is claimed for a run which is over', () => {
  const claim = {job: 'nightly', host: 'web-17', holder: 'run-1', claimId: 'run-1', ttlMs: minute, floor: 0, slotAt}
  const end = {status: 'ok', detail: 'healthy'} as const

  test('is given back, and its token told to the leases of this machine', async () => {
    const {deps, machine, news} = host()
    await claimAndRelease(deps, claim, end)
    expect(news()).toMatchObject([{kind: 'released', claim: 'run-1', token: 1, status: 'ok'}])
    expect(machine.raised).toEqual([1])
  })

  test('is given back also where the store takes the question for one of before the last boot', async () => {
    const {deps, store, row} = host()
    await store.acquire(claim)
    const acquire: typeof store.acquire = async () => ({state: 'held', lease: (await store.list())[0]!})
    await claimAndRelease({...deps, store: {...store, acquire}}, claim, end)
    expect(row()?.released).toMatchObject(end)
  })

  test('settles the claim where another host has had the slot, and gives nothing back', async () => {
    const {deps, takeByOther, row, news} = host()
    await takeByOther({slotAt})
    await claimAndRelease(deps, claim, end)
    expect(news()).toMatchObject([{kind: 'settled', claim: 'run-1', token: 1, slotAt}])
    expect(row()).not.toHaveProperty('released')
  })

  test.each<[string, object, number]>([
    ['another host has the lease for a slot of before', {slotAt: slotAt - minute}, slotAt],
    ['the slot is to come', {claimId: 'run-0', slotAt: slotAt - minute}, slotAt + 24 * 60 * minute],
  ])('leaves the claim open if %s', async (_title, other, slot) => {
    const {deps, takeByOther, row, news} = host()
    await takeByOther(other)
    await claimAndRelease(deps, {...claim, slotAt: slot}, end)
    expect([news(), row()?.released]).toEqual([[], undefined])
  })

  test('is not on record as given back if another host has got it in between', async () => {
    const {deps, store, news} = host()
    const acquire: typeof store.acquire = async (asked) => {
      const answer = await store.acquire(asked)
      const row = store.rows.get('nightly')!
      store.rows.set('nightly', {...row, token: 2, claimId: 'x', host: 'web-18'})
      return answer
    }
    await claimAndRelease({...deps, store: {...store, acquire}}, claim, end)
    expect(news()).toEqual([])
  })
})
