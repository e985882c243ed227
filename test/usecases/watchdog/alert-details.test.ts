import {expect, test} from 'vitest'
import type {JobFacts} from '../../../src/domain/watchdog/job-facts.js'
import type {VerdictKind} from '../../../src/domain/watchdog/verdict-kind.js'
import {incidentDetails} from '../../../src/usecases/watchdog/alert-details.js'
import {hour, jobFacts, lastEnd, minute} from '../../support/job-facts.js'

const openedAt = Date.UTC(2026, 0, 5, 11)
const failed = lastEnd(minute, 'failed', {failureClass: 'server', errorLine: 'HTTP 503', durationMs: 2000})

function detailsOf(verdict: VerdictKind, event: 'trouble' | 'recovered', facts?: Partial<JobFacts>) {
  return incidentDetails({id: 'i1', openedAt, verdict}, event, facts && jobFacts(facts))
}

const streakOf = (isWell: boolean) => ({
  ...{isWell, count: 3, firstEndUptimeMs: 0, firstEndedAt: 0, firstRunId: 'r0'},
})

test('trouble that a run caused carries that run, how it ended and how many have ended so', () => {
  const facts = {lastEnd: failed, streak: streakOf(false), lastGoodAt: openedAt - hour}
  expect(detailsOf('failing', 'trouble', facts)).toEqual({
    ...{event: 'trouble', incident: 'i1', opened_at: '2026-01-05T11:00:00.000Z', verdict: 'failing'},
    ...{outcome: 'failed', class: 'server', errorLine: 'HTTP 503', badRuns: 3, runId: 'r1', durationMs: 2000},
    healthySince: '2026-01-05T10:00:00.000Z',
  })
})

test('a good run whose outputs are bad counts no row of bad runs', () => {
  const facts = {lastEnd: lastEnd(minute), streak: streakOf(true)}
  expect(detailsOf('failing', 'trouble', facts)).toMatchObject({outcome: 'healthy', runId: 'r1'})
  expect(detailsOf('failing', 'trouble', facts)).not.toHaveProperty('badRuns')
})

test.each(['hung', 'stalled', 'missed', 'unknown'] as const)(
  'a job that is %s carries no run: the last one that has ended is another than the one in trouble',
  (verdict) => {
    const details = detailsOf(verdict, 'trouble', {lastEnd: lastEnd(hour, 'healthy', {durationMs: 2000})})
    expect(Object.keys(details)).toEqual(['event', 'incident', 'opened_at', 'verdict'])
  },
)

test('wrong settings are the error line, which many jobs may share, and no run is their cause', () => {
  const details = detailsOf('failing', 'trouble', {lastEnd: failed, settingsProblem: 'stateDir is wrong'})
  expect(details).toMatchObject({errorLine: 'stateDir is wrong'})
  for (const key of ['runId', 'outcome', 'durationMs']) expect(details).not.toHaveProperty(key)
})

test('a recovery carries the run that has ended last, and no failure', () => {
  const facts = {lastEnd: failed, lastGoodAt: openedAt, settingsProblem: 'stateDir is wrong'}
  const details = detailsOf('failing', 'recovered', facts)
  expect(details).toMatchObject({event: 'recovered', runId: 'r1', durationMs: 2000})
  for (const key of ['outcome', 'class', 'errorLine', 'healthySince']) expect(details).not.toHaveProperty(key)
})

test('an incident of a job that is watched no longer carries what its records say', () => {
  expect(Object.keys(detailsOf('failing', 'recovered'))).toEqual(['event', 'incident', 'opened_at', 'verdict'])
})
