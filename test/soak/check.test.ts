import {describe, expect, test} from 'vitest'
import {findFaults} from './check.js'
import type {Evidence} from './evidence.js'
import {badEnds, type Kind, type Outcome, type TrueRun} from './kind.js'
import type {IncidentHistory} from './records.js'
import type {Round, Survey} from './rounds.js'

/** A job that fails at 10 s and is well at 20 s; rounds at each second, and all that is said is true. */

const second = 1000

const kind: Kind = {
  name: 'backup',
  sentence: 'failed once',
  periodTicks: 10,
  plan: () => undefined,
  settings: {},
  troubles: badEnds,
  told: 'in-time',
  verdicts: {trouble: ['failing'], well: ['healthy']},
  level: 'CRITICAL',
  words: /failed/,
}

const incident: IncidentHistory = {
  id: 'i',
  job: 'backup',
  verdict: 'failing',
  openedAt: 11 * second,
  toldAt: [],
  resolvedAt: 21 * second,
}

function run(n: number, outcome: Outcome): TrueRun {
  const launchedAt = n * 10 * second
  const [startedAt, endedAt, exitedAt] = [launchedAt + 100, launchedAt + 200, launchedAt + 300]
  return {n, plan: {does: '', outcome}, launchedAt, startedAt, endedAt, exitedAt, runId: `run-${n}`}
}

const runs = [run(0, 'healthy'), run(1, 'failed'), run(2, 'healthy')]

function survey(at: number, verdict: string): Survey {
  const jobs = new Map([['backup', {verdict, reason: `its last run ${verdict === 'failing' ? 'failed' : 'ended'}`}]])
  return {startedAt: at, exitedAt: at + 200, code: 0, stdout: '', verdict, jobs}
}

function evidence(change: Partial<Evidence> = {}): Evidence {
  const rounds: Round[] = Array.from({length: 30}, (_, index) => {
    return {startedAt: index * second + 500, exitedAt: index * second + 700, code: 0, stdout: ''}
  })
  return {
    kinds: [kind],
    runsOf: () => runs,
    rounds,
    surveys: [survey(5 * second, 'healthy'), survey(15 * second, 'failing'), survey(25 * second, 'healthy')],
    incidents: [incident],
    alerts: [],
    messages: [],
    unsent: 0,
    historyOf: () => ({
      outcomes: new Map(runs.map(({runId = '', plan}) => [runId, plan.outcome])),
      skipped: 0,
      text: 'healthy',
    }),
    health: {code: 0, openJobs: [], text: ''},
    escalateAfterMs: 60 * second,
    ...change,
  }
}

describe('what the soak finds', () => {
  test('the truth has no faults', () => {
    expect(findFaults(evidence())).toEqual([])
  })

  const cases: readonly (readonly [string, Partial<Evidence>, RegExp])[] = [
    ['an incident while nothing was wrong', {incidents: [{...incident, openedAt: 5 * second}]}, /false: .*00:00:05/],
    ['trouble without an incident', {incidents: []}, /missed: trouble since 00:00:10/],
    [
      'an incident that ends before a healthy end',
      {incidents: [{...incident, resolvedAt: 15 * second}]},
      /resolved at 00:00:15.* without a healthy end/,
    ],
    ['an incident that outlasts the trouble', {incidents: [{...incident, resolvedAt: undefined}]}, /not resolved by/],
    ['trouble that is told twice', {incidents: [{...incident, toldAt: [12_000, 13_000]}]}, /told 2 times/],
    [
      'trouble that is told too early',
      {incidents: [{...incident, toldAt: [12_000]}]},
      /told at .*before it had lasted/,
    ],
    ['trouble that is never told', {escalateAfterMs: 2 * second}, /not told, though it was due/],
    [
      'a call without a told incident',
      {alerts: [{at: 1, level: 'CRITICAL', job: 'backup', message: 'help'}]},
      /1 alerts for 0 told/,
    ],
    [
      'a call that does not arrive',
      {alerts: [{at: 1, level: 'CRITICAL', job: 'backup', message: 'help'}]},
      /backup: was told, and no message says so/,
    ],
    [
      'a message about nothing that was told',
      {messages: [{id: 'm', kind: 'trouble', title: 't', jobs: ['backup'], jobCount: 1}]},
      /a message names it, and nothing was told/,
    ],
    [
      'a message that arrives twice',
      {messages: ['m', 'm'].map((id) => ({id, kind: 'recovery', title: 't', jobs: [], jobCount: 1}))},
      /message m arrived twice/,
    ],
    ['a message that stays behind', {unsent: 1}, /1 messages were not sent/],
    ['a call about no job', {alerts: [{at: 1, level: 'WARNING', job: undefined, message: 'late'}]}, /of no job: late/],
    [
      'a failing job that is called healthy',
      {surveys: [survey(15 * second, 'healthy')]},
      /called healthy, not failing/,
    ],
    [
      'a job that is well and is called failing',
      {surveys: [survey(25 * second, 'failing')]},
      /called failing, not healthy/,
    ],
    [
      'a wrong history',
      {historyOf: () => ({outcomes: new Map(), skipped: 0, text: 'healthy'})},
      /run 1 was failed, the history says nothing/,
    ],
    [
      'a health that hides an incident',
      {incidents: [{...incident, resolvedAt: undefined}]},
      /guard health does not say/,
    ],
    ['lasting trouble without its length', {kinds: [{...kind, isLasting: true}]}, /does not say how often/],
    ['a false exit code', {health: {code: 1, openJobs: [], text: ''}}, /guard health exits with 1, not 0/],
    [
      'a line without a terminal about a job that is well',
      {
        runsOf: () => [run(0, 'healthy')],
        incidents: [],
        surveys: [],
        rounds: [{startedAt: 1, exitedAt: 2, code: 0, stdout: 'backup  healthy\n'}],
      },
      /no news: backup/,
    ],
  ]

  test.each(cases)('%s', (_, change, fault) => {
    expect(findFaults(evidence(change)).join('\n')).toMatch(fault)
  })

  test('a job that flaps is told once and stays open', () => {
    const flapping = {...kind, flaps: true}
    const bad = Array.from({length: 12}, (_, n) => run(n, n % 2 === 1 ? 'failed' : 'healthy'))
    const rounds = Array.from({length: 120}, (_, index) => {
      return {startedAt: index * second + 500, exitedAt: index * second + 700, code: 0, stdout: ''}
    })
    const opened = [11, 31, 51, 71].map((at, index) => {
      return {
        ...incident,
        id: String(at),
        openedAt: at * second,
        resolvedAt: index < 3 ? (at + 10) * second : undefined,
      }
    })
    const own = {
      kinds: [flapping],
      runsOf: () => bad,
      rounds,
      surveys: [],
      health: {code: 2, openJobs: ['backup'], text: ''},
    }
    const told = opened.map((one) => (one.resolvedAt === undefined ? {...one, toldAt: [72 * second]} : one))
    const alerts = [{at: 72 * second, level: 'CRITICAL', job: 'backup', message: 'flaps'}]
    const history = {
      outcomes: new Map(bad.map(({runId = '', plan}) => [runId, plan.outcome])),
      skipped: 0,
      text: 'failed',
    }
    const flaps = (incidents: readonly IncidentHistory[], calls: Evidence['alerts']) =>
      findFaults(evidence({...own, incidents, alerts: calls, historyOf: () => history})).filter((fault) =>
        /flaps/.test(fault),
      )
    expect(flaps(told, alerts)).toEqual([])
    expect(flaps(opened, [])).toEqual(['backup: flaps: told 0 times, not once'])
    const ended = told.map((one) => ({...one, resolvedAt: one.resolvedAt ?? 82 * second}))
    expect(flaps(ended, alerts)).toEqual(['backup: flaps: its incident does not stay open'])
  })
})
