import {expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {acquireFleetLease} from '../../../src/usecases/fleet/acquire-fleet-lease.js'
import {settleGivenUp} from '../../../src/usecases/fleet/settle-given-up.js'
import {fakeFleet} from '../../support/fake-fleet.js'
import {memoryJournal} from '../../support/memory-journal.js'

const slotAt = Date.UTC(2026, 0, 5, 12)

/** A host that has given up its claim for a slot; `late` has the store carry it out. */
async function host() {
  const fleet = fakeFleet()
  const {clock, deps, store, request, known, kinds, seen} = fleet
  const claim = {...request, slotAt}
  const fault = new StoreFault('away', 'no answer in time', [], {isOpen: true})
  store.fault = fault
  await expect(acquireFleetLease({...deps, waitMs: 0}, claim)).rejects.toBe(fault)
  store.fault = undefined
  store.asked.length = 0
  const runs = memoryJournal(runsFold, clock)
  const log: string[] = []
  const settle = () => settleGivenUp({...deps, known, runs, log: (text) => void log.push(text)})
  const late = () => store.acquire({...claim, host: 'web-17', floor: 0})
  return {...fleet, kinds, seen, runs, log, settle, late}
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
  expect([runs.lines, kinds()]).toEqual([[], ['refused away']])
  await late()
  await settle()
  expect(runs.lines).toHaveLength(1)
})
