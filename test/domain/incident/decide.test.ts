import {expect, test} from 'vitest'
import {decideIncident, type IncidentAction, type Situation} from '../../../src/domain/incident/decide.js'
import {type Incident, type JobHistory, newHistory} from '../../../src/domain/incident/incident.js'
import {noResets, type ResetProgress} from '../../../src/domain/incident/reset-progress.js'
import type {OpenClawJobStatus} from '../../../src/domain/openclaw/job-status.js'
import type {Verdict} from '../../../src/domain/watchdog/verdict-kind.js'
import {hour, minute, nowUptimeMs} from '../../support/job-facts.js'

const policy = {
  escalateAfterFailedResets: 2,
  escalateAfterMs: 10 * minute,
  betweenLateResetsMs: 4 * hour,
  betweenResetsMs: 10 * minute,
  flapping: {incidents: 4, withinMs: 4 * hour},
}
const level = 'CRITICAL'
const stalled: Verdict = {kind: 'stalled', status: 'failing', level, reason: 'it is silent'}
const failing: Verdict = {kind: 'failing', status: 'failing', level, reason: 'its last run failed'}
const hung: Verdict = {kind: 'hung', status: 'failing', level, reason: 'no output'}
const healthy: Verdict = {kind: 'healthy', status: 'ok', level, reason: 'its lease is alive'}
const presumed: Verdict = {...healthy, kind: 'unknown', status: 'unknown'}
const misreported: Verdict = {...healthy, kind: 'misreported'}

const incidentFor = (ms: number, escalations = 0, escalatedAgoMs = 0): Incident => ({
  id: 'i1',
  job: 'scan',
  verdict: 'stalled',
  level,
  reason: 'it is silent',
  isFlapping: false,
  wellSinceMs: undefined,
  openedAt: 0,
  openedUptimeMs: nowUptimeMs - ms,
  escalations,
  escalatedUptimeMs: nowUptimeMs - escalatedAgoMs,
  escalatedAt: 0,
})

/** A job whose incident was opened so long ago. */
const openFor = (ms: number, escalations = 0, escalatedAgoMs = 0): JobHistory => {
  const notified = escalations > 0 ? ({level, uptimeMs: nowUptimeMs - escalatedAgoMs} as const) : undefined
  return {...history, incident: incidentFor(ms, escalations, escalatedAgoMs), notified}
}

const history: JobHistory = {...newHistory, verdict: 'stalled'}

const progress = (last: ResetProgress['last'], attempts: number, agoMs: number, failed = 0): ResetProgress => ({
  attempts,
  failed,
  last,
  lastUptimeMs: nowUptimeMs - agoMs,
  detail: undefined,
})

const told: Partial<JobHistory> = {notified: {level, uptimeMs: nowUptimeMs - hour}}
const failedOnce = progress('failed', 1, 10 * minute, 1)

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
  history,
  resets: noResets,
  resettable: true,
  isRunning: false,
  nextRunInMs: minute,
  firstBadRun: undefined,
  openclaw: undefined,
  policy,
}

test.each<[string, Partial<Situation>, IncidentAction['do'][]]>([
  ['a healthy job needs nothing', {verdict: healthy, history: newHistory}, []],
  ['a stalled job opens an incident and asks for a reset', {}, ['open', 'request-reset']],
  ['a job that nobody can reset opens an incident', {resettable: false}, ['open']],
  ['a job at work is never reset', {verdict: hung}, ['open']],
  ['a job whose scheduler stands is not reset', {openclaw: observed('restart-gateway')}, ['open']],
  ['a job that a person must look at is not reset', {openclaw: observed('person')}, ['open']],
  ['a hung marker is reset', {verdict: hung, openclaw: observed('reset')}, ['open', 'request-reset']],
  ['a job that runs is not reset', {isRunning: true, openclaw: observed('reset')}, ['open']],
  ['a job that runs and fails is not reset', {verdict: failing}, ['open']],
  ['a round killed after opening asks in the next', {history: openFor(minute)}, ['request-reset']],
  ['a reset under way is waited for', {history: openFor(hour), resets: progress('pending', 1, minute)}, []],
  ['a reset that worked has time to show', {history: openFor(hour), resets: progress('settling', 1, minute)}, []],
  ['a failed reset is not repeated at once', {history: openFor(hour), resets: progress('failed', 1, minute, 1)}, []],
  [
    'a failed reset is tried again',
    {history: openFor(hour), resets: progress('failed', 1, 10 * minute, 1)},
    ['request-reset'],
  ],
  [
    'the second failed reset escalates',
    {history: openFor(hour), resets: progress('failed', 2, minute, 2)},
    ['escalate'],
  ],
  [
    'a request without an answer escalates after as long as other trouble',
    {history: openFor(hour), resets: progress('pending', 1, 10 * minute)},
    ['escalate'],
  ],
  [
    'a request that was withdrawn does not keep a person from being told',
    {history: openFor(10 * minute), resets: progress('none', 1, minute)},
    ['escalate'],
  ],
  [
    'a job that OpenClaw runs within its limit is not reset',
    {openclaw: {...observed('none'), state: 'healthy', runningAtMs: 1}},
    ['open'],
  ],
  ['trouble that nobody can reset waits for a while', {history: openFor(9 * minute), resettable: false}, []],
  ['and escalates then', {history: openFor(10 * minute), resettable: false}, ['escalate']],
  [
    'a job that does not run again soon is told at once',
    {resettable: false, nextRunInMs: 11 * minute},
    ['open', 'escalate'],
  ],
  ['so is one of which the next run is not known', {resettable: false, nextRunInMs: undefined}, ['open', 'escalate']],
  ['one that can be reset is not', {nextRunInMs: undefined}, ['open', 'request-reset']],
  [
    'nor is one whose reset is under way',
    {nextRunInMs: undefined, history: openFor(hour), resets: progress('pending', 1, minute)},
    [],
  ],
  [
    'so is another one of a job that was told a while ago',
    {resettable: false, nextRunInMs: undefined, history: {...history, ...told}},
    ['open', 'escalate'],
  ],
  [
    'and one that is back so soon that the end of the last one was not told',
    {resettable: false, history: {...history, ...told, toldEndMs: nowUptimeMs - 9 * minute}},
    ['open', 'escalate'],
  ],
  [
    'which is reset all the same',
    {history: {...history, ...told, toldEndMs: nowUptimeMs - 9 * minute}},
    ['open', 'escalate', 'request-reset'],
  ],
  [
    'and again',
    {history: {...openFor(20 * minute, 1, 20 * minute), toldEndMs: nowUptimeMs - 29 * minute}, resets: failedOnce},
    ['request-reset'],
  ],
  [
    'what is back later waits as all new trouble does',
    {resettable: false, history: {...history, ...told, toldEndMs: nowUptimeMs - 11 * minute}},
    ['open'],
  ],
  [
    'the fourth incident within four hours is told at once',
    {resettable: false, history: {...history, opened: [4, 2, 1].map((hours) => nowUptimeMs - hours * hour)}},
    ['open', 'escalate'],
  ],
  [
    'one of longer ago does not count',
    {resettable: false, history: {...history, opened: [5, 2, 1].map((hours) => nowUptimeMs - hours * hour)}},
    ['open'],
  ],
  ['an incident is told once', {history: openFor(hour, 1, minute), resettable: false}, []],
  ['it is the deliverer that repeats it', {history: openFor(9 * hour, 1, 4 * hour), resettable: false}, []],
  [
    'it is told once more when it has become worse',
    {resettable: false, history: {...openFor(hour, 1, minute), notified: {level: 'WARNING', uptimeMs: nowUptimeMs}}},
    ['escalate'],
  ],
  [
    'once it was told, a reset is tried again at long intervals',
    {history: openFor(9 * hour, 1, 5 * hour), resets: progress('failed', 2, 4 * hour, 2)},
    ['request-reset'],
  ],
  ['and not before', {history: openFor(9 * hour, 1, 5 * hour), resets: progress('failed', 3, 3 * hour, 3)}, []],
  ['proof of health resolves', {verdict: healthy, history: openFor(hour)}, ['resolve', 'observe']],
  ['any proof of liveness resolves', {verdict: misreported, history: openFor(hour, 1)}, ['resolve', 'observe']],
  ['the benefit of the doubt resolves nothing', {verdict: presumed, history: openFor(hour)}, []],
  ['misreporting is recorded once', {verdict: misreported, history: newHistory}, ['observe']],
  ['and not again', {verdict: misreported, history: {...history, verdict: 'misreported'}}, []],
  ['another kind of trouble is recorded', {verdict: hung, history: openFor(minute)}, ['observe']],
])('%s', (_title, situation, expected) => {
  expect(decideIncident({...dead, ...situation}).map((action) => action.do)).toEqual(expected)
})

test('a resolution says how many attempts are cleared', () => {
  const [resolved] = decideIncident({
    ...dead,
    verdict: healthy,
    history: openFor(hour, 1),
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
  const [escalation] = decideIncident({...dead, history: openFor(hour), resets})
  expect(escalation?.reason).toBe('it is silent; 2 resets failed, the last: the marker stayed')
})

test('an incident has the first bad run as its key, and says whether the job flaps', () => {
  const opened = [3, 2, 1].map((hours) => nowUptimeMs - hours * hour)
  const [open] = decideIncident({...dead, verdict: failing, firstBadRun: 'r7', history: {...history, opened}})
  expect(open).toMatchObject({do: 'open', run: 'r7', flapping: true, level: 'CRITICAL'})
})

test('of a job that flaps it is recorded since when it is well, and it is not told meanwhile', () => {
  const flapping = {...incidentFor(9 * hour, 1, 5 * hour), isFlapping: true}
  const situation = {...dead, resettable: false, verdict: {...stalled, proof: 'its last run ended well'}}
  const before = {...history, incident: flapping}
  expect(decideIncident({...situation, history: before})).toMatchObject([{do: 'observe', well: true}])
  const known = {...before, incident: {...flapping, wellSinceMs: nowUptimeMs - minute}}
  expect(decideIncident({...situation, history: known})).toEqual([])
  expect(decideIncident({...situation, verdict: stalled, history: known})[0]).toMatchObject({
    do: 'observe',
    well: false,
  })
})
