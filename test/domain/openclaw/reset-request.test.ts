import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {parseResetRequest, resetRequestEntry, resetRequestFold} from '../../../src/domain/openclaw/reset-request.js'

const stamp = {v: 1, id: 'r1', at: 5000, mono: 10, boot: 'b', host: 'h'}
const foreign = {
  job_id: '3a7f742b',
  job_name: 'CoinGecko Scanner',
  reason: 'runningAtMs stuck 180s',
  requested_at: '2026-02-18T12:30:00.123456+00:00',
  attempts: 1,
}

function fold(...lines: readonly RawRecord[]) {
  const state = resetRequestFold.empty()
  const verdicts = lines.map((line) => resetRequestFold.apply(state, line))
  return {state, verdicts}
}

test('what the watchdog writes is what the daemon reads', () => {
  const request = {
    id: 'q',
    job: 'coingecko',
    jobId: 'a',
    jobName: 'Scan',
    incident: 'i',
    reason: 'hung',
    attempts: 2,
    runningAtMs: 7,
    requestedAtMs: 5000,
  }
  const line = {...stamp, ...resetRequestEntry(request)}
  expect(parseResetRequest(line)).toEqual({...request, written: {at: 5000, mono: 10, boot: 'b', host: 'h'}})
  expect(line).toMatchObject({
    kind: 'requested',
    job_id: 'a',
    job_name: 'Scan',
    requested_at: '1970-01-01T00:00:05.000Z',
  })
})

test('a line of another program needs neither kind nor id nor stamp', () => {
  expect(parseResetRequest(foreign)).toMatchObject({
    id: expect.stringMatching(/^line-[0-9a-f]{16}$/),
    jobId: '3a7f742b',
    requestedAtMs: Date.UTC(2026, 1, 18, 12, 30, 0, 123),
    runningAtMs: undefined,
    written: undefined,
  })
})

test('the id of a line depends on its content alone', () => {
  const id = (change: RawRecord) => parseResetRequest({...foreign, ...change})?.id
  expect(id({note: 'unknown fields do not count'})).toBe(id({}))
  expect(id({requested_at: '2026-02-18T12:32:00Z'})).not.toBe(id({}))
  expect(id({attempts: 2})).not.toBe(id({}))
  expect(id({request_id: 'mine'})).toBe('mine')
})

test.each([{job_id: 'x'.repeat(201)}, {request_id: 'x'.repeat(201)}])(
  'a line with an id too long for the results is not a request',
  (change) => {
    expect(parseResetRequest({...foreign, ...change})).toBeUndefined()
  },
)

test('a request is shortened to what fits into a line of the results', () => {
  const long = 'x'.repeat(70_000)
  expect(parseResetRequest({...foreign, reason: long, job_name: long, job: long})).toMatchObject({
    reason: 'x'.repeat(1000),
    jobName: 'x'.repeat(200),
    job: undefined,
  })
})

test('a request without an id gets the id of its stamp', () => {
  expect(parseResetRequest({...stamp, kind: 'requested', job_id: 'a'})?.id).toBe('r1')
})

test.each([
  ['a time without a zone is UTC', '2026-02-18T12:30:00', Date.UTC(2026, 1, 18, 12, 30)],
  ['a zone is applied', '2026-02-18T13:30:00+01:00', Date.UTC(2026, 1, 18, 12, 30)],
  ['a number is milliseconds', 1234, 1234],
  ['other text means that there is no time', 'soon', undefined],
])('%s', (_title, requested_at, ms) => {
  expect(parseResetRequest({...foreign, requested_at})?.requestedAtMs).toBe(ms)
})

test.each<[string, RawRecord]>([
  ['no job', {reason: 'stuck'}],
  ['an empty job', {job_id: ''}],
  ['a job that is not text', {job_id: 7}],
  ['another kind', {kind: 'cancelled', job_id: 'a'}],
])('a line with %s asks for nothing and is counted', (_title, line) => {
  const {state, verdicts} = fold(line)
  expect(verdicts).toEqual(['void'])
  expect([state.byId.size, state.unreadable]).toEqual([0, 1])
})

test('a request that was written twice is one request', () => {
  const {state, verdicts} = fold(foreign, {...foreign})
  expect(verdicts).toEqual(['ok', 'void'])
  expect(state.byId.size).toBe(1)
})

test('a snapshot restores the same state', () => {
  const {state} = fold(foreign, {...stamp, kind: 'requested', job_id: 'b', running_at_ms: 9}, {x: 1})
  const saved: unknown = JSON.parse(JSON.stringify(resetRequestFold.save(state)))
  expect(resetRequestFold.restore(saved)).toEqual(state)
})

test('ten thousand requests are kept, and the oldest are forgotten first', () => {
  const {state} = fold(...Array.from({length: 10_002}, (_, n) => ({job_id: 'a', request_id: `q${n}`})))
  expect(state.byId.size).toBe(10_000)
  expect([...state.byId.keys()][0]).toBe('q2')
})
