import {expect, test} from 'vitest'
import type {StoreFacts} from '../../../src/domain/diagnose/store-findings.js'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {checkStore} from '../../../src/usecases/fleet/check-store.js'
import {fakeFleet} from '../../support/fake-fleet.js'

const at = Date.UTC(2026, 0, 5, 12)
const good: StoreFacts = {
  ...{place: 'db:5432', serverVersion: '15.18', user: 'guard', tls: true, isStandby: false},
  ...{schema: 1, knownSchema: 1, neededFunctions: 1, functions: [{name: 'guard.acquire', mayCall: true}]},
  ...{moreRights: [], serverAt: at, askedAt: at, answeredAt: at, awaitedStandbys: 0, claimProblem: undefined},
  ...{standbys: {synchronous: 0, asynchronous: 0}, unsafeSettings: []},
}

/** The store is looked at by a host that has trouble with it. */
function check(look: StoreFacts | Error) {
  const {deps, known, seen} = fakeFleet()
  const trouble = {kind: 'refused', job: 'nightly', claim: 'run-1', reason: 'refused', detail: 'old schema'}
  known.append(trouble, 'buffered')
  const inspectStore = async () => {
    if (look instanceof Error) throw look
    return look
  }
  return {seen, known, result: checkStore({inspectStore, answers: deps})}
}

test('a store that a host can use ends the trouble with it', async () => {
  const {result, seen, known} = check(good)
  expect(await result).toMatchObject({facts: good})
  expect([seen.told, known.read().trouble]).toEqual([['refused over: old schema'], undefined])
})

test('a store that answers and cannot be used leaves the trouble as it is', async () => {
  const {result, seen} = check({...good, isStandby: true})
  expect((await result).findings[0]).toMatchObject({level: 'wrong'})
  expect(seen.told).toEqual([])
})

test.each([
  ['does not answer', 'away', 'The store does not answer'],
  ['refuses the host', 'refused', 'The store refuses this host'],
] as const)('a store that %s is one finding, with why and what helps', async (_title, kind, what) => {
  const {result, seen} = check(new StoreFault(kind, 'the store says no', ['check the address']))
  expect(await result).toMatchObject({
    facts: undefined,
    findings: [{level: 'wrong', what, proof: 'the store says no', note: 'check the address'}],
  })
  expect(seen.told).toEqual([])
})

test('a fault of guard’s own is not told as one of the store', async () => {
  const fault = new TypeError('not a function')
  await expect(check(fault).result).rejects.toBe(fault)
})
