import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {isFailedReset, type ResetOutcome, resetFold} from '../../../src/domain/openclaw/reset-ledger.js'

let lines = 0
function line(kind: string, fields: RawRecord = {}): RawRecord {
  lines += 1
  const stamp = {v: 1, id: `l${lines}`, at: 1000 + lines, mono: lines, boot: 'b', host: 'h'}
  return {...stamp, kind, request_id: 'q', job_id: 'a', ...fields}
}

const claimed = (fields: RawRecord = {}) => line('claimed', {id: 'c1', process: {pid: 7, start: '1'}, ...fields})
const under = (kind: string, fields: RawRecord = {}) => line(kind, {claim: 'c1', ...fields})

function fold(...records: readonly RawRecord[]) {
  const state = resetFold.empty()
  const verdicts = records.map((record) => resetFold.apply(state, record))
  return {state, verdicts, last: verdicts.at(-1)}
}

test('a request is claimed by exactly one daemon: the first line wins', () => {
  const {state, verdicts} = fold(claimed(), claimed({id: 'c2'}))
  expect(verdicts).toEqual(['ok', 'void'])
  expect(state.open.get('q')).toMatchObject({tries: 1, claim: {id: 'c1', process: {pid: 7, start: '1'}}})
})

test('a claim that was written twice is one claim', () => {
  const {state, verdicts} = fold(claimed(), claimed())
  expect(verdicts).toEqual(['ok', 'ok'])
  expect(state.open.get('q')?.tries).toBe(1)
})

test('the claim of a dead daemon is taken over by its id, and the dead daemon is fenced', () => {
  const {state, verdicts} = fold(
    claimed(),
    claimed({id: 'c2', over: 'c0'}),
    claimed({id: 'c3', over: 'c1'}),
    under('enable-pending'),
    under('result', {ok: true, outcome: 'reset', detail: ''}),
  )
  expect(verdicts).toEqual(['ok', 'void', 'ok', 'void', 'void'])
  expect(state.open.get('q')).toMatchObject({tries: 2, claim: {id: 'c3'}})
  expect(state.pendingEnables.size).toBe(0)
})

test('one reset of a job is in flight at a time', () => {
  const other = (id: string) => claimed({id, request_id: 'q2'})
  expect(fold(claimed(), other('c2')).last).toBe('void')
  expect(fold(claimed(), under('released', {reason: 'later'}), other('c2')).last).toBe('ok')
  expect(fold(claimed(), claimed({id: 'c2', request_id: 'q2', job_id: 'b'})).last).toBe('ok')
})

test('a released request can be claimed again, and keeps the reason of the release', () => {
  const {state} = fold(claimed(), under('released', {reason: 'gateway down'}), claimed({id: 'c2'}))
  expect(state.open.get('q')).toMatchObject({tries: 2, claim: {id: 'c2'}, reason: 'gateway down'})
})

test('an answered request cannot be claimed again, and is answered once', () => {
  const result = under('result', {ok: false, outcome: 'failed', detail: 'no'})
  const {state, verdicts} = fold(
    claimed(),
    result,
    result,
    under('result', {ok: true, outcome: 'reset'}),
    claimed({id: 'c2'}),
  )
  expect(verdicts).toEqual(['ok', 'ok', 'ok', 'void', 'void'])
  expect(state.answers.get('q')).toMatchObject({ok: false, outcome: 'failed', detail: 'no', jobId: 'a'})
  expect(state.open.size).toBe(0)
})

test('a pending enable outlives the answer, until it is confirmed by its id', () => {
  const pending = under('enable-pending', {id: 'd1'})
  const {state, verdicts} = fold(
    claimed(),
    pending,
    under('result', {ok: false, outcome: 'failed'}),
    line('enable-confirmed', {pending: 'd0', how: 'confirmed'}),
  )
  expect(verdicts.at(-1)).toBe('void')
  expect(state.pendingEnables.get('a')).toMatchObject({id: 'd1', disable: 'not-sent'})
  expect(resetFold.apply(state, line('enable-confirmed', {pending: 'd1', how: 'confirmed'}))).toBe('ok')
  expect(state.pendingEnables.size).toBe(0)
})

test.each([
  ['before it is sent', [], 'not-sent'],
  ['once it is about to be sent', [under('disabling')], 'sent'],
  ['once it was applied', [under('disabling'), under('disabled', {outcome: 'applied'})], 'applied'],
  ['once it was refused', [under('disabling'), under('disabled', {outcome: 'refused'})], 'refused'],
])('the disable is known %s', (_title, records, disable) => {
  const {state} = fold(claimed(), under('enable-pending'), ...records)
  expect(state.pendingEnables.get('a')?.disable).toBe(disable)
})

test('a disable of unknown outcome is kept when the next one is sent', () => {
  const sent = under('disabling')
  const {state} = fold(
    claimed(),
    under('enable-pending'),
    sent,
    under('enable-pending'),
    under('disabling'),
    under('disabled', {outcome: 'applied'}),
  )
  expect(state.pendingEnables.get('a')).toMatchObject({disable: 'applied', earlierAt: {at: sent['at']}})
})

test('a disable without a pending enable is void', () => {
  expect(fold(claimed(), under('disabling')).last).toBe('void')
  expect(fold(claimed(), under('disabled', {outcome: 'applied'})).last).toBe('void')
})

test.each([
  ['without a stamp', {kind: 'claimed', request_id: 'q', job_id: 'a'}],
  ['of an unknown kind', line('deleted')],
  ['without its claim', line('result', {ok: true, outcome: 'reset'})],
  ['for another job than its claim', line('enable-pending', {claim: 'c1', job_id: 'b'})],
  ['with an unknown `ok`', line('result', {claim: 'c1', ok: 'yes'})],
])('a line %s has no effect', (_title, record) => {
  const before = fold(claimed({at: 1, mono: 1})).state
  const {state, last} = fold(claimed({at: 1, mono: 1}), record)
  expect(last).toBe('void')
  expect(state).toEqual(before)
})

test('a snapshot restores the same state', () => {
  const {state} = fold(
    claimed(),
    under('enable-pending'),
    under('disabling'),
    line('claimed', {id: 'c9', request_id: 'q9', job_id: 'z', process: {pid: 1, start: '2'}}),
    line('result', {claim: 'c9', request_id: 'q9', job_id: 'z', ok: true, outcome: 'reset', detail: 'd'}),
  )
  const saved: unknown = JSON.parse(JSON.stringify(resetFold.save(state)))
  expect(resetFold.restore(saved)).toEqual(state)
})

test.each<[ResetOutcome, boolean]>([
  ['reset', false],
  ['already-recovered', false],
  ['withdrawn', false],
  ['nothing-to-reset', false],
  ['not-enabled', false],
  ['expired', false],
  ['failed', true],
  ['gone', true],
  ['refused', true],
])('a request that was answered %s has failed: %s', (outcome, failed) => {
  expect(isFailedReset(outcome)).toBe(failed)
})
