import {expect, test} from 'vitest'
import {fleetFloor, fleetFold, leaseSight, openClaimsOf, unsettledClaims} from '../../../src/domain/fleet/known.js'
import {takenOver} from '../../../src/domain/fleet/open-claims.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {fc} from '../../support/properties.js'

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

test('trouble with the store begins with the first record of it, and ends with an answer', () => {
  const first = away({at: 1000})
  const {state} = fold(first, away({at: 2000, detail: 'no answer in 3 s'}))
  expect(state.trouble).toEqual({id: first['id'], kind: 'away', since: 1000, at: 2000, text: 'no answer in 3 s'})
  expect(throughSnapshot(state)).toEqual(state)
  fleetFold.apply(state, record('refused', {reason: 'held', token: 9, serverAt: 900, at: 3000}))
  expect([state.trouble, state.answeredAt]).toEqual([undefined, 3000])
})

test('a store that fails in another way is the same trouble, which is told once until it answers', () => {
  const first = away()
  const second = record('refused', {reason: 'refused', detail: 'password authentication failed', at: 2000})
  const {state} = fold(first, second)
  const {trouble} = state
  expect(trouble).toEqual({id: first['id'], kind: 'refused', since: 1000, at: 2000, text: second['detail']})
})

const open = (claim: string, slotAt?: number) => away({claim, open: true, ...(slotAt !== undefined && {slotAt})})
/** What the next claim takes over, if no run of an open claim began. */
const given = (state: ReturnType<typeof fleetFold.empty>, slotAt?: number) =>
  takenOver(
    openClaimsOf(state, 'nightly').map((one) => ({...one, fate: 'abandoned' as const})),
    slotAt,
  )

test('a claim is given up if it ended with a question that may be carried out yet', () => {
  const {state} = fold(open('run-1', 60_000), away({claim: 'run-2'}), open('run-3'), open('run-4', 120_000))
  expect(given(state, 60_000)).toEqual({claimIds: ['run-1', 'run-3', 'run-4'], ofSlot: ['run-1']})
  expect(given(state)).toEqual({claimIds: ['run-1', 'run-3', 'run-4'], ofSlot: []})
  expect(given(throughSnapshot(state), 60_000)).toEqual(given(state, 60_000))
})

test.each([
  [
    'its slot was given to a later claim of this host',
    record('granted', {claim: 'run-3', token: 2, slotAt: 60_000, serverAt: 900}),
  ],
  [
    'its slot was given to another host',
    record('refused', {claim: 'run-3', reason: 'done', token: 2, slotAt: 60_000, serverAt: 900}),
  ],
  ['it is found to have come to nothing', record('settled', {claim: 'run-1', token: 2, slotAt: 60_000, serverAt: 900})],
])('a given-up claim is forgotten once %s; one of a later slot is not', (_title, end) => {
  expect(given(fold(open('run-1', 60_000), open('run-2', 120_000), end).state).claimIds).toEqual(['run-2'])
})

test('a given-up claim of a slot is asked after until that is settled, for a day', () => {
  const {state} = fold(open('run-1', 60_000), open('run-2'))
  expect(unsettledClaims(state, 2000)).toMatchObject([{job: 'nightly', claimId: 'run-1', slotAt: 60_000}])
  expect(unsettledClaims(state, 2000 + 24 * 3_600_000)).toEqual([])
  fleetFold.apply(state, record('settled', {claim: 'run-1', token: 2, slotAt: 60_000, serverAt: 900, unrun: true}))
  expect(unsettledClaims(state, 2000)).toEqual([])
  // This host may still run the slot.
  expect(given(state, 60_000).ofSlot).toEqual(['run-1'])
  expect([state.jobs.get('nightly')?.claimId, fleetFloor(state, 'nightly')]).toEqual(['run-2', 2])
})

const asked = (more: RawRecord = {}) => record('asked', {slotAt: 60_000, process: {pid: 7, start: '70'}, ...more})
const states = (...records: RawRecord[]) => openClaimsOf(fold(...records).state, 'nightly').map(({is}) => is)

test('a claim is open from before its first question until its end is on record', () => {
  const owner = {process: {pid: 7, start: '70'}, host: 'web-17', boot: 'boot-1'}
  expect(openClaimsOf(fold(asked()).state, 'nightly')).toEqual([
    {claimId: 'run-1', is: 'asked', slotAt: 60_000, at: 1000, owner},
  ])
  const granted = record('granted', {token: 1, slotAt: 60_000, serverAt: 900})
  expect(states(asked(), granted)).toEqual(['granted'])
  for (const end of ['released', 'lost', 'settled']) expect(states(asked(), granted, record(end))).toEqual([])
  expect(states(asked(), record('refused', {reason: 'held', token: 9, serverAt: 900}))).toEqual([])
  expect(states(asked(), away())).toEqual([])
  expect(states(asked(), away({open: true}))).toEqual(['given-up'])
})

test('that of a lease without a slot is over with its grant: its holder may be no process', () => {
  const plain = asked({slotAt: undefined})
  expect(states(plain, record('granted', {token: 1, serverAt: 900}))).toEqual([])
})

test('that of a run without the lease is open, if the store has something to learn of it', () => {
  const ran = away({unfenced: true})
  const ofSlot = {...ran, slotAt: 60_000}
  expect([states(asked(), ofSlot), states(asked({slotAt: undefined}), ran)]).toEqual([['unfenced'], []])
  expect(states(asked({slotAt: undefined}), {...ran, open: true})).toEqual(['unfenced'])
  expect(openClaimsOf(fold(asked(), ofSlot).state, 'nightly')).toMatchObject([{owner: {process: {pid: 7}}}])
})

test('a slot that was granted to a claim whose end is not on record is known also after later ones', () => {
  const granted = record('granted', {token: 1, slotAt: 60_000, serverAt: 900})
  const later = record('granted', {claim: 'run-2', token: 2, slotAt: 120_000, serverAt: 900})
  expect(states(asked(), granted, later)).toEqual(['granted'])
  expect(states(asked(), granted, record('settled', {slotAt: 60_000, unrun: true}))).toEqual([])
})

test.each([
  ['abandoned', ['asked', 'given-up', 'unfenced']],
  ['ran', []],
  ['alive', []],
  ['unknown', []],
] as const)('of claims whose run is %s the next claim takes over: %s', (fate, taken) => {
  const claims = (['asked', 'granted', 'given-up', 'unfenced'] as const).map((is) => ({
    ...{claimId: is, is, slotAt: 60_000, at: 1000, fate},
  }))
  expect(takenOver(claims, 60_000)).toEqual({claimIds: taken, ofSlot: taken})
})

test('of more given-up claims than an outage has, the oldest is forgotten', () => {
  const {state} = fold(...Array.from({length: 40}, (_, index) => open(`run-${index}`, index)))
  expect(given(state).claimIds).toHaveLength(32)
  expect(given(state).claimIds.at(-1)).toBe('run-39')
})

test('an answer to another question ends the trouble with the store, and is of no job', () => {
  const {job: _, claim: __, ...answered} = record('answered', {at: 3000})
  const {state, verdicts} = fold(away(), answered)
  expect([state.trouble, state.answeredAt, verdicts.at(-1)]).toEqual([undefined, 3000, 'ok'])
  expect([...state.jobs.keys()]).toEqual(['nightly'])
})

test('the lease of a job is known as it was last seen, whichever host has it', () => {
  const sight = (...records: RawRecord[]) => leaseSight(fold(...records).state, 'nightly')
  const granted = record('granted', {token: 7, serverAt: 900})
  const held = record('refused', {reason: 'held', by: 'web-18', token: 9, serverAt: 900, at: 2000})
  expect(sight(granted)).toEqual({is: 'granted', token: 7, at: 1000})
  expect(sight(granted, record('released', {token: 7, status: 'ok', serverAt: 900}))).toMatchObject({is: 'released'})
  expect(sight(granted, held, away())).toEqual({is: 'held', by: 'web-18', token: 9, at: 2000})
  expect([sight(away()), sight()]).toEqual(['unanswered', 'unseen'])
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
