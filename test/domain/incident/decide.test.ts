import {expect, test} from 'vitest'
import {decideIncident, type IncidentAction, type Situation} from '../../../src/domain/incident/decide.js'
import type {Incident} from '../../../src/domain/incident/incident.js'
import {noResets, type ResetProgress} from '../../../src/domain/incident/reset-progress.js'
import type {OpenClawJobStatus} from '../../../src/domain/openclaw/job-status.js'
import type {Verdict} from '../../../src/domain/watchdog/verdict.js'
import {hour, minute, nowUptimeMs} from '../../support/job-facts.js'

const policy = {
  escalateAfterFailedResets: 2,
  escalateAfterMs: 10 * minute,
  repeatAlertAfterMs: 4 * hour,
  answerWithinMs: hour,
  betweenResetsMs: 10 * minute,
}
const stalled: Verdict = {kind: 'stalled', status: 'failing', reason: 'it is silent'}
const hung: Verdict = {kind: 'hung', status: 'failing', reason: 'no output'}
const healthy: Verdict = {kind: 'healthy', status: 'ok', reason: 'its lease is alive'}
const presumed: Verdict = {...healthy, status: 'unknown'}
const misreported: Verdict = {...healthy, kind: 'misreported'}

const openFor = (ms: number, escalations = 0, escalatedAgoMs = 0): Incident => ({
  id: 'i1',
  job: 'scan',
  verdict: 'stalled',
  reason: 'it is silent',
  openedAt: 0,
  openedUptimeMs: nowUptimeMs - ms,
  escalations,
  escalatedUptimeMs: nowUptimeMs - escalatedAgoMs,
  escalatedAt: 0,
})

const progress = (last: ResetProgress['last'], attempts: number, agoMs: number, failed = 0): ResetProgress => ({
  attempts,
  failed,
  last,
  lastUptimeMs: nowUptimeMs - agoMs,
  detail: undefined,
})

const observed = (remedy: OpenClawJobStatus['remedy']): OpenClawJobStatus => ({
  state: 'hung',
  remedy,
  reason: 'x',
  runningAtMs: undefined,
})

const dead: Situation = {
  job: 'scan',
  nowUptimeMs,
  verdict: stalled,
  lastVerdict: 'stalled',
  incident: undefined,
  resets: noResets,
  resettable: true,
  openclaw: undefined,
  policy,
}

test.each<[string, Partial<Situation>, IncidentAction['do'][]]>([
  ['a healthy job needs nothing', {verdict: healthy, lastVerdict: 'healthy'}, []],
  ['a stalled job opens an incident and asks for a reset', {}, ['open', 'request-reset']],
  ['a job that nobody can reset opens an incident', {resettable: false}, ['open']],
  ['a job at work is never reset', {verdict: hung, lastVerdict: 'hung'}, ['open']],
  ['a job whose scheduler stands is not reset', {openclaw: observed('restart-gateway')}, ['open']],
  ['a job that a person must look at is not reset', {openclaw: observed('person')}, ['open']],
  ['a hung marker is reset', {openclaw: observed('reset')}, ['open', 'request-reset']],
  ['a round killed after opening asks in the next', {incident: openFor(minute)}, ['request-reset']],
  ['a reset under way is waited for', {incident: openFor(hour), resets: progress('pending', 1, minute)}, []],
  ['a reset that worked has time to show', {incident: openFor(hour), resets: progress('settling', 1, minute)}, []],
  ['a failed reset is not repeated at once', {incident: openFor(hour), resets: progress('failed', 1, minute, 1)}, []],
  [
    'a failed reset is tried again',
    {incident: openFor(hour), resets: progress('failed', 1, 10 * minute, 1)},
    ['request-reset'],
  ],
  [
    'the second failed reset escalates',
    {incident: openFor(hour), resets: progress('failed', 2, minute, 2)},
    ['escalate'],
  ],
  [
    'a request that nobody answers escalates',
    {incident: openFor(hour), resets: progress('pending', 1, hour)},
    ['escalate'],
  ],
  ['trouble that nobody can reset waits for a while', {incident: openFor(9 * minute), resettable: false}, []],
  ['and escalates then', {incident: openFor(10 * minute), resettable: false}, ['escalate']],
  ['an alert is raised once', {incident: openFor(hour, 1, minute), resettable: false}, []],
  ['and repeated after the interval', {incident: openFor(9 * hour, 1, 4 * hour), resettable: false}, ['escalate']],
  [
    'with each repeated alert one more reset is tried',
    {incident: openFor(9 * hour, 1, 4 * hour), resets: progress('failed', 2, 4 * hour, 2)},
    ['escalate', 'request-reset'],
  ],
  ['proof of health resolves', {verdict: healthy, incident: openFor(hour)}, ['resolve', 'observe']],
  ['any proof of liveness resolves', {verdict: misreported, incident: openFor(hour, 1)}, ['resolve', 'observe']],
  ['the benefit of the doubt resolves nothing', {verdict: presumed, incident: openFor(hour)}, []],
  ['misreporting is recorded once', {verdict: misreported, lastVerdict: 'healthy'}, ['observe']],
  ['and not again', {verdict: misreported, lastVerdict: 'misreported'}, []],
  ['another kind of trouble is recorded', {verdict: hung, incident: openFor(minute)}, ['observe']],
])('%s', (_title, situation, expected) => {
  expect(decideIncident({...dead, ...situation}).map((action) => action.do)).toEqual(expected)
})

test('a resolution says how many attempts are cleared', () => {
  const [resolved] = decideIncident({
    ...dead,
    verdict: healthy,
    incident: openFor(hour, 1),
    resets: progress('failed', 4, minute, 4),
  })
  expect(resolved).toMatchObject({
    do: 'resolve',
    attempts: 4,
    reason: 'healthy again, 4 attempts cleared: its lease is alive',
  })
})

test('an escalation says what was tried', () => {
  const resets = {...progress('failed', 2, minute, 2), detail: 'the marker stayed'}
  const [escalation] = decideIncident({...dead, incident: openFor(hour), resets})
  expect(escalation?.reason).toBe('it is silent; 2 resets failed, the last: the marker stayed')
})
