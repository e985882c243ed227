import {expect, test} from 'vitest'
import {
  byUrgency,
  groupByCause,
  type JobEvidence,
  type JobState,
  jobStatus,
} from '../../../src/domain/diagnose/job-status.js'
import type {Incident} from '../../../src/domain/incident/incident.js'
import type {JobFacts, LastEnd} from '../../../src/domain/watchdog/job-facts.js'
import type {Verdict} from '../../../src/domain/watchdog/verdict-kind.js'
import {ended, jobFacts, minute, running} from '../../support/job-facts.js'

const healthy: Verdict = {kind: 'healthy', status: 'ok', level: 'CRITICAL', reason: 'its last run ended well'}
const failing: Verdict = {kind: 'failing', status: 'failing', level: 'CRITICAL', reason: 'its last run failed'}
const unknown: Verdict = {kind: 'unknown', status: 'unknown', level: 'CRITICAL', reason: 'not asked'}
const incident = {id: 'i1', verdict: 'stalled', level: 'CRITICAL', reason: 'it is silent', escalations: 1} as Incident
const silence = {id: 's1', reason: 'known', owner: 'root', addedMs: 0, untilMs: 1, untilHealthy: false}

const evidence = (changes: Partial<JobEvidence>): JobEvidence => ({
  facts: jobFacts({liveness: ended(minute)}),
  verdict: healthy,
  incident: undefined,
  jobRuns: undefined,
  told: [],
  silence: undefined,
  nextAt: undefined,
  schedule: undefined,
  ...changes,
})

test.each<[string, Partial<JobEvidence>, JobState]>([
  ['a job whose last run ended well is healthy', {}, 'healthy'],
  ['one that runs is running', {facts: jobFacts({liveness: running})}, 'running'],
  ['one that runs and failed before is failing', {facts: jobFacts({liveness: running}), verdict: failing}, 'failing'],
  ['trouble of level WARNING is degraded', {verdict: {...failing, level: 'WARNING'}}, 'degraded'],
  ['a missed slot is missed', {verdict: {...failing, kind: 'missed'}}, 'missed'],
  ['what cannot be judged stays in the trouble that is on record', {verdict: unknown, incident}, 'stalled'],
  ['nothing else makes it so', {verdict: unknown}, 'unknown'],
  ['a proof of health outranks an incident that is not closed yet', {incident}, 'healthy'],
  ['a silenced job is silenced, also in trouble', {verdict: failing, silence}, 'silenced'],
])('%s', (_title, changes, state) => {
  expect(jobStatus(evidence(changes)).state).toBe(state)
})

test('a spent budget is said in short', () => {
  const refused = 'the budget, 1 in 30m, is spent'
  const lastEnd: LastEnd = {
    runId: 'r',
    outcome: 'failed',
    detail: 'x',
    uptimeMs: 0,
    endedAt: 0,
    byReboot: false,
    refused,
  }
  const verdict = {...failing, reason: 'its last run failed; not recovered again: the budget, 1 in 30m, is spent'}
  expect(jobStatus(evidence({facts: jobFacts({lastEnd}), verdict})).reason).toBe(
    'its last run failed; its recovery budget was spent',
  )
})

const named = (job: string, changes: Partial<JobEvidence>) => ({...jobStatus(evidence(changes)), job})

test('jobs in trouble come first, then the newest', () => {
  const jobs = [
    named('well', {}),
    named('older', {verdict: failing}),
    {...named('newer', {verdict: failing}), lastEndedAt: 5},
    named('silenced', {silence}),
    named('missed', {verdict: {...failing, kind: 'missed'}}),
  ]
  expect(jobs.sort(byUrgency).map(({job}) => job)).toEqual(['newer', 'older', 'missed', 'well', 'silenced'])
})

test('jobs in trouble by one cause are a group, others and silenced ones stand alone', () => {
  const failedBy = (errorLine: string) =>
    jobFacts({
      lastEnd: {
        ...{
          runId: 'r',
          outcome: 'failed',
          detail: errorLine,
          uptimeMs: 0,
          endedAt: 0,
          byReboot: false,
          refused: undefined,
        },
        failureClass: 'connection',
        errorLine,
      },
    })
  const jobs = [
    named('a', {verdict: failing, facts: failedBy('connect ECONNREFUSED 10.0.0.5:5432')}),
    named('b', {verdict: failing, facts: failedBy('connect ECONNREFUSED 10.0.0.6:5432')}),
    named('c', {verdict: failing, facts: failedBy('getaddrinfo ENOTFOUND db.example')}),
    named('d', {verdict: failing, facts: failedBy('connect ECONNREFUSED 10.0.0.5:5432'), silence}),
    named('e', {}),
    named('f', {}),
  ]
  expect(groupByCause(jobs).map((group) => group.map(({job}) => job))).toEqual([['a', 'b'], ['c'], ['d'], ['e'], ['f']])
})

test('jobs that hang are a group where they hang for one reason, whatever their last runs ended with', () => {
  const hung = (reason: string): Verdict => ({...failing, kind: 'hung', reason})
  const lastEnd: LastEnd = {
    ...{runId: 'r', outcome: 'failed', detail: 'x', uptimeMs: 0, endedAt: 0, byReboot: false, refused: undefined},
    ...{failureClass: 'connection', errorLine: 'connect ECONNREFUSED 10.0.0.5:5432'},
  }
  const facts = jobFacts({lastEnd})
  const jobs = [
    named('a', {verdict: hung('no file matches out/*.json'), facts}),
    named('b', {verdict: hung('its run has lasted for 2s'), facts}),
    named('c', {verdict: hung('no file matches out/*.json')}),
  ]
  expect(groupByCause(jobs).map((group) => group.map(({job, causeText}) => [job, causeText]))).toEqual([
    ['a', 'c'].map((job) => [job, 'no file matches out/*.json']),
    [['b', 'its run has lasted for 2s']],
  ])
})

test('a class that says nothing is not named as a cause', () => {
  const lastEnd: LastEnd = {
    ...{runId: 'r', outcome: 'killed', detail: 'SIGTERM', uptimeMs: 0, endedAt: 0, byReboot: false, refused: undefined},
    ...{failureClass: 'unknown', errorLine: 'SIGTERM'},
  }
  expect(jobStatus(evidence({verdict: failing, facts: jobFacts({lastEnd})})).causeText).toBe('SIGTERM')
})

test('jobs that the same wrong settings keep from running are in one group, whatever their last runs failed with', () => {
  const lastEnd: LastEnd = {
    ...{runId: 'r', outcome: 'failed', detail: 'x', uptimeMs: 0, endedAt: 0, byReboot: false, refused: undefined},
    ...{failureClass: 'connection', errorLine: 'connect ECONNREFUSED 10.0.0.5:5432'},
  }
  const of = (job: string, settingsProblem: string, more: Partial<JobFacts> = {}) =>
    jobStatus(
      evidence({facts: jobFacts({job, settingsProblem, ...more}), verdict: {...failing, reason: settingsProblem}}),
    )
  const refusal = 'no job of /etc/g.yml runs: defaults.timeout: "x" is no duration'
  const groups = groupByCause([of('a', refusal, {lastEnd}), of('b', refusal), of('c', 'its settings are wrong')])
  expect(groups.map((group) => group.map(({job}) => job))).toEqual([['a', 'b'], ['c']])
  expect(groups[0]?.[0].causeText).toBe(refusal)
})
