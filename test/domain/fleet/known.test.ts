import fc from 'fast-check'
import {expect, test} from 'vitest'
import {fleetFloor, fleetFold} from '../../../src/domain/fleet/known.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'

let ids = 0
const record = (kind: string, more: RawRecord = {}): RawRecord => ({
  ...{v: 1, id: `r${++ids}`, at: 1000, mono: 5000, boot: 'boot-1', host: 'web-17', job: 'nightly', claim: 'run-1'},
  ...{kind, ...more},
})
const away = (more: RawRecord = {}) => record('refused', {reason: 'away', detail: 'connection refused', ...more})

function fold(...records: RawRecord[]) {
  const state = fleetFold.empty()
  const verdicts = records.map((one) => fleetFold.apply(state, one))
  return {state, verdicts}
}

const throughSnapshot = (state: ReturnType<typeof fleetFold.empty>) =>
  fleetFold.restore(JSON.parse(JSON.stringify(fleetFold.save(state))))

test('the floor of a job is the highest token that this host was given, or was refused by', () => {
  const {state} = fold(
    record('granted', {token: 7, serverAt: 900}),
    record('refused', {reason: 'held', by: 'web-18', token: 9, serverAt: 900}),
    record('granted', {token: 8, serverAt: 900}),
    record('granted', {job: 'other', token: 3, serverAt: 900}),
  )
  expect(['nightly', 'other', 'unknown'].map((job) => fleetFloor(state, job))).toEqual([9, 3, 0])
})

test('no record and no compaction brings a floor down', () => {
  const kind = fc.constantFrom('granted', 'refused', 'lost', 'released')
  const token = fc.oneof(fc.nat(50), fc.constantFrom(-1, 1.5, 2 ** 53, '9', null))
  fc.assert(
    fc.property(fc.array(fc.tuple(kind, token, fc.boolean())), (entries) => {
      let state = fleetFold.empty()
      let floor = 0
      for (const [what, number, isCompacted] of entries) {
        fleetFold.apply(state, record(what, {token: number}))
        if (isCompacted) state = throughSnapshot(state)
        expect(fleetFloor(state, 'nightly')).toBeGreaterThanOrEqual(floor)
        floor = fleetFloor(state, 'nightly')
      }
    }),
  )
})

test('trouble with the store begins with the first record of its kind, and ends with an answer', () => {
  const first = away({at: 1000})
  const {state} = fold(first, away({at: 2000, detail: 'no answer in 3 s'}))
  expect(state.trouble).toEqual({id: first['id'], kind: 'away', since: 1000, at: 2000, text: 'no answer in 3 s'})
  expect(throughSnapshot(state)).toEqual(state)
  fleetFold.apply(state, record('refused', {reason: 'held', token: 9, serverAt: 900, at: 3000}))
  expect([state.trouble, state.answeredAt]).toEqual([undefined, 3000])
})

test('trouble of another kind is another trouble', () => {
  const second = record('refused', {reason: 'refused', detail: 'password authentication failed'})
  expect(fold(away(), second).state.trouble).toMatchObject({id: second['id'], kind: 'refused'})
})

test('a lease that was lost without an answer says nothing of the store', () => {
  const {state} = fold(away(), record('lost', {token: 4, reason: 'it was not renewed for 20 s'}))
  expect(state.trouble).toBeDefined()
})

test('what is not stamped, of no job, of no claim or of another kind is void', () => {
  const wrong = [
    {kind: 'granted', job: 'nightly', claim: 'run-1', token: 7},
    record('granted', {job: '../x', token: 7}),
    record('granted', {claim: 7, token: 7}),
    record('renewed', {token: 7}),
  ]
  const {state, verdicts} = fold(...wrong)
  expect(verdicts).toEqual(wrong.map(() => 'void'))
  expect(state).toEqual(fleetFold.empty())
})

test('of more jobs than a host has, the oldest is forgotten', () => {
  const state = fleetFold.empty()
  for (let job = 0; job < 20_001; job++) fleetFold.apply(state, record('granted', {job: `j${job}`, token: 1}))
  expect([state.jobs.size, state.jobs.has('j0'), state.jobs.has('j1')]).toEqual([20_000, false, true])
})
