import {expect, test} from 'vitest'
import type {ClockReading} from '../../../src/domain/clock/reading.js'
import {elapsedMs} from '../../../src/domain/clock/reading.js'
import type {OpenClawJob, OpenClawRead} from '../../../src/domain/openclaw/job.js'
import type {DisableState, PendingEnable} from '../../../src/domain/openclaw/pending-enable.js'
import type {ResetClaim} from '../../../src/domain/openclaw/reset-claim.js'
import {checkReset, decideReenable, decideResets, type ResetFacts} from '../../../src/domain/openclaw/reset-decision.js'
import {resetFold} from '../../../src/domain/openclaw/reset-ledger.js'
import {resetRequestFold} from '../../../src/domain/openclaw/reset-request.js'
import {openClawJob} from '../../support/openclaw-job.js'

const minute = 60_000
const now: ClockReading = {at: 100 * minute, mono: 100 * minute, boot: 'b', host: 'h'}
const ago = (ms: number): ClockReading => ({...now, at: now.at - ms, mono: now.mono - ms})
const claim: ResetClaim = {...now, id: 'c', requestId: 'q', jobId: 'a', process: {pid: 7, start: '1'}}
const job = openClawJob({nextRunAtMs: now.at + 1000})

function facts(ids: readonly string[], change: Partial<ResetFacts> = {}): ResetFacts {
  const requests = resetRequestFold.empty()
  for (const id of ids) {
    const [jobId = 'a'] = id.split('-')
    resetRequestFold.apply(requests, {...ago(minute), v: 1, id, kind: 'requested', job_id: jobId, running_at_ms: 5})
  }
  return {
    requests,
    ledger: resetFold.empty(),
    deadClaims: new Set(),
    stillDisabled: new Set(),
    policy: {allowed: new Set(['a', 'b']), expireAfterMs: 60 * minute, minIntervalMs: 10 * minute, maxTries: 3},
    now,
    ...change,
  }
}

const decide = (given: ResetFacts) => decideResets(given).map((decision) => `${decision.request.id} ${decision.do}`)
const opened = (change: object = {}) => ({tries: 1, claim, isDisableSent: false, reason: undefined, ...change})

test('each job gets one reset a round', () => {
  expect(decide(facts(['a-1', 'a-2', 'b-1']))).toEqual(['a-1 reset', 'a-2 wait', 'b-1 reset'])
})

test('a request that a living daemon claimed waits, and so does every other request of the job', () => {
  const given = facts(['a-1', 'a-2'])
  given.ledger.open.set('a-1', opened({claim: {...claim, requestId: 'a-1'}}))
  expect(decide(given)).toEqual(['a-1 wait', 'a-2 wait'])
})

test('a request that a dead daemon claimed is taken over before the other requests of the job', () => {
  const given = facts(['a-1', 'a-2'], {deadClaims: new Set(['c'])})
  given.ledger.open.set('a-2', opened({claim: {...claim, requestId: 'a-2'}}))
  expect(decide(given)).toEqual(['a-2 reset', 'a-1 wait'])
  expect(decideResets(given)[0]).toMatchObject({over: 'c'})
})

test('two resets of a job are ten minutes apart, but the request that began one may finish it', () => {
  const given = facts(['a-1', 'a-2'])
  given.ledger.lastResets.set('a', {at: ago(10 * minute - 1), requestId: 'a-2'})
  expect(decide(given)).toEqual(['a-1 wait', 'a-2 reset'])
  given.ledger.lastResets.set('a', {at: ago(10 * minute), requestId: 'gone'})
  expect(decide(given)).toEqual(['a-1 reset', 'a-2 wait'])
})

test('a job that could not be enabled again waits, which does not count as an attempt', () => {
  expect(decide(facts(['a-1'], {stillDisabled: new Set(['a'])}))).toEqual(['a-1 wait'])
})

test.each([
  ['an id that the settings do not name is refused', {}, ['x-1'], 'refused'],
  ['an old request expires', {now: {...now, mono: now.mono + 60 * minute}}, ['a-1'], 'expired'],
])('%s', (_title, change, ids, outcome) => {
  expect(decideResets(facts(ids, change))).toMatchObject([{do: 'decline', outcome}])
})

test('the third attempt is the last, and the answer says why', () => {
  const given = facts(['a-1'])
  given.ledger.open.set('a-1', opened({tries: 3, claim: undefined, reason: 'gateway down'}))
  expect(decideResets(given)).toMatchObject([
    {do: 'decline', outcome: 'failed', reason: 'gave up after 3 tries: gateway down'},
  ])
})

test('a jump of the wall clock does not make a request expire', () => {
  expect(decide(facts(['a-1'], {now: {...now, at: now.at + 86_400_000}}))).toEqual(['a-1 reset'])
})

test('the age of a foreign line is the time that it names, and without one it never expires', () => {
  const request = (requested_at?: string) => {
    const given = facts([])
    resetRequestFold.apply(given.requests, {job_id: 'a', requested_at})
    return decideResets(given)[0]?.do
  }
  expect(request(new Date(now.at - 61 * minute).toISOString())).toBe('decline')
  expect(request(new Date(now.at + 61 * minute).toISOString())).toBe('reset')
  expect(request()).toBe('reset')
})

test('durations use the monotonic clock, across boots the wall clock, and are never negative', () => {
  expect(elapsedMs(ago(5), {...now, at: 0})).toBe(5)
  expect(elapsedMs({...ago(5), boot: 'before'}, now)).toBe(5)
  expect(elapsedMs({...now, boot: 'before', at: now.at + 5}, now)).toBe(0)
})

const pendingEnable = (
  disable: DisableState,
  disabledAt: ClockReading | undefined,
  earlierAt?: ClockReading,
): PendingEnable => {
  return {id: 'd', jobId: 'a', claim, disable, disabledAt, earlierAt}
}
const enabled: OpenClawRead = {read: 'job', job}
const disabled: OpenClawRead = {read: 'job', job: {...job, enabled: false}}

test.each<[string, PendingEnable, OpenClawRead, string]>([
  ['a failed read keeps it', pendingEnable('applied', now), {read: 'failed', reason: 'down'}, 'keep'],
  ['a job that is gone ends it', pendingEnable('applied', now), {read: 'absent'}, 'confirm gone'],
  ['an applied disable is undone', pendingEnable('applied', now), disabled, 'enable'],
  ['an unknown disable is undone', pendingEnable('sent', ago(3 * 3_600_000)), disabled, 'enable'],
  ['an enabled job after an applied disable is confirmed', pendingEnable('applied', now), enabled, 'confirm confirmed'],
  ['an unknown disable is watched for ten minutes', pendingEnable('sent', ago(10 * minute - 1)), enabled, 'keep'],
  ['after ten minutes it is confirmed', pendingEnable('sent', ago(10 * minute)), enabled, 'confirm confirmed'],
  ['an earlier unknown disable is watched too', pendingEnable('applied', now, ago(minute)), enabled, 'keep'],
  ['an earlier unknown disable is undone too', pendingEnable('refused', now, ago(minute)), disabled, 'enable'],
  [
    'a job that was disabled before guard sent its disable stays disabled',
    pendingEnable('not-sent', undefined),
    disabled,
    'confirm left-disabled',
  ],
  [
    'a job that is disabled although the disable of guard was refused stays disabled',
    pendingEnable('refused', now),
    disabled,
    'confirm left-disabled',
  ],
])('%s', (_title, owed, read, expected) => {
  const step = decideReenable(owed, read, now)
  expect(step.do === 'confirm' ? `confirm ${step.how}` : step.do).toBe(expected)
})

test.each<[string, Partial<OpenClawJob>, boolean, string]>([
  ['enabled, no marker, a slot ahead', {}, true, 'not proven before it runs'],
  ['a run since the reset', {lastRunAtMs: now.at + 1}, true, 'after the reset'],
  ['a run since the reset goes on', {runningAtMs: now.at + 1, nextRunAtMs: undefined}, true, 'after the reset'],
  ['a last run of before the reset', {lastRunAtMs: now.at - 1}, true, 'not proven before it runs'],
  ['the old marker', {runningAtMs: 5, lastRunAtMs: now.at + 1}, false, 'marker'],
  ['not enabled', {enabled: false}, false, 'not enabled'],
  ['no next slot', {nextRunAtMs: undefined}, false, 'no next slot'],
  ['a slot in the past', {nextRunAtMs: now.at - 1}, false, 'past'],
])('the check after a reset: %s', (_title, change, done, reason) => {
  const check = checkReset({...job, ...change}, {marker: 5, begunAtMs: now.at, nowMs: now.at})
  expect(check).toEqual({done, reason: expect.stringContaining(reason)})
})
