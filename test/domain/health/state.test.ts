import {describe, expect, test} from 'vitest'
import type {Breaker} from '../../../src/domain/breaker/breaker.js'
import {overallVerdict} from '../../../src/domain/health/check.js'
import {
  type JournalFacts,
  judgeBreakers,
  judgeIncidents,
  judgeJournals,
  judgeLeases,
  judgeResetDaemon,
  judgeRuns,
} from '../../../src/domain/health/state.js'
import {type Incident, type Incidents, newHistory} from '../../../src/domain/incident/incident.js'
import type {Lease} from '../../../src/domain/lease/lease.js'
import type {ResetRequest} from '../../../src/domain/openclaw/reset-request.js'
import type {HolderStatus} from '../../../src/domain/run/interrupted-run.js'
import type {RunsByJob} from '../../../src/domain/run/job-runs.js'
import {leaseOf, leaseNow as now} from '../../support/leases.js'

const minute = 60_000
const expired = {expiresMono: now.mono, seenAt: now.at - minute}

describe('journals', () => {
  const alerts: JournalFacts = {name: 'alerts', generation: 1, bytes: 10, records: 2, garbage: 0, problems: []}

  test.each<[string, Partial<JournalFacts>, string, string]>([
    ['that are whole are healthy', {}, 'healthy', '1 in use, 0 lines are not JSON'],
    ['with the torn lines of crashes are healthy', {garbage: 3}, 'healthy', '1 in use, 3 lines are not JSON'],
    [
      'with many lines that are not JSON are degraded',
      {garbage: 4},
      'degraded',
      '4 lines of alerts.jsonl are not JSON: find the program that writes them',
    ],
    ['with a problem are degraded', {problems: ['it was cut']}, 'degraded', 'it was cut'],
    ['that nobody has used are not counted', {generation: 0}, 'healthy', '0 in use, 0 lines are not JSON'],
  ])('%s', (_title, differing, verdict, reason) => {
    expect(judgeJournals([{...alerts, ...differing}])).toMatchObject({verdict, reason})
  })
})

describe('a lease', () => {
  test.each<[string, Partial<Lease>, HolderStatus, string]>([
    ['that is held is healthy', {}, 'alive', 'healthy'],
    ['that expired with its holder is no trouble of its own', expired, 'gone', 'healthy'],
    ['that expired while its holder lives is degraded', expired, 'alive', 'degraded'],
    ['that expired where nobody can look is healthy', expired, 'unknown', 'healthy'],
  ])('%s', (_title, differing, status, verdict) => {
    expect(judgeLeases([{lease: leaseOf('scan', differing), status}], now).verdict).toBe(verdict)
  })

  test('is counted by its state', () => {
    const leases = [leaseOf('a'), leaseOf('b', expired), leaseOf('c', {released: {at: 1, status: 'ok'}})]
    const seen = leases.map((lease) => ({lease, status: 'unknown' as const}))
    expect(judgeLeases(seen, now)).toMatchObject({
      reason: '1 held, 1 expired, 1 released',
      facts: {held: 1, expired: 1, released: 1, overdue: []},
    })
  })
})

test.each<[string, readonly string[], string, string]>([
  ['goes on', [], 'healthy', '1 under way'],
  ['is over', ['h'], 'degraded', 'interrupted, and not recorded until the next run or round of guard watchdog: scan'],
])('a run without an end on record that %s', (_title, over, verdict, reason) => {
  const run = {id: 'h', job: 'scan', startedAt: 0, attempts: 0, recovered: false, steps: []}
  const book: RunsByJob = new Map([['scan', {runs: [run]}]])
  const ends = new Map(over.map((id) => [id, {is: 'over' as const, reason: 'killed'}]))
  expect(judgeRuns(book, ends)).toMatchObject({verdict, reason})
})

describe('breakers', () => {
  const closed: Breaker = {target: 'api', calls: [], failuresInRow: 0}
  const opening = {...now, reason: 'x', openForMs: minute, count: 1}

  test.each<[string, Breaker, string, string]>([
    ['all closed are healthy', closed, 'healthy', '1 known, all closed'],
    ['of which one is open are degraded', {...closed, opening}, 'degraded', 'api is open'],
    [
      'of which one is half-open are degraded',
      {...closed, opening: {...opening, mono: now.mono - minute}},
      'degraded',
      'api is half-open',
    ],
    [
      'of which one is isolated are degraded',
      {...closed, isolation: {...now, reason: 'x'}},
      'degraded',
      'api is isolated',
    ],
  ])('%s', (_title, breaker, verdict, reason) => {
    expect(judgeBreakers(new Map([['api', breaker]]), now)).toMatchObject({verdict, reason})
  })
})

describe('incidents', () => {
  const incident: Incident = {
    id: 'i',
    job: 'scan',
    verdict: 'stalled',
    level: 'CRITICAL',
    isFlapping: false,
    wellSinceMs: undefined,
    reason: 'its lease expired',
    openedAt: now.at - 3 * minute,
    openedUptimeMs: 0,
    escalations: 0,
    escalatedUptimeMs: 0,
    escalatedAt: 0,
  }
  const incidents = (...open: (Incident | undefined)[]): Incidents => ({
    uptimes: new Map(),
    jobs: new Map(open.map((one, index) => [`j${index}`, {...newHistory, incident: one}])),
    open: new Map(open.flatMap((one, index) => (one ? [[`j${index}`, one]] : []))),
  })

  test.each<[string, Incidents, string, string]>([
    ['none open is healthy', incidents(undefined), 'healthy', 'none open'],
    ['one open is degraded', incidents(incident), 'degraded', 'scan stalled for 3m'],
    [
      'one escalated is unhealthy, and named first',
      incidents(incident, {...incident, job: 'audit', escalations: 1}),
      'unhealthy',
      'audit stalled for 3m, told; scan stalled for 3m',
    ],
    [
      'one of level WARNING stays degraded when it was told',
      incidents({...incident, level: 'WARNING', escalations: 1}),
      'degraded',
      'scan stalled for 3m, told',
    ],
    [
      'many are named in part',
      incidents(...Array.from({length: 7}, () => incident)),
      'degraded',
      `${Array.from({length: 5}, () => 'scan stalled for 3m').join('; ')} and 2 more`,
    ],
  ])('%s', (_title, state, verdict, reason) => {
    expect(judgeIncidents(state, now)).toMatchObject({verdict, reason})
  })
})

describe('watchers', () => {
  const lateAfterMs = 15 * minute
  const lastSeen = (agoMs: number) =>
    leaseOf('w', {expiresMono: now.mono - agoMs + minute, released: {at: now.at, status: 'ok'}})
  const request: ResetRequest = {
    id: 'q',
    jobId: 'x',
    jobName: undefined,
    job: undefined,
    reason: 'stuck',
    attempts: 1,
    runningAtMs: undefined,
    requestedAtMs: now.at - minute,
    written: undefined,
  }
  const old = {...request, requestedAtMs: now.at - 16 * minute}

  test.each<[string, Lease | undefined, ResetRequest[], string, string]>([
    ['nobody misses a reset daemon without requests', lastSeen(20 * minute), [], 'healthy', 'idle'],
    ['a reset daemon that lets a request wait is late', lastSeen(20 * minute), [request], 'degraded', 'late'],
    ['a reset daemon that comes by is healthy', lastSeen(minute), [old], 'healthy', 'on-time'],
    ['a reset daemon never used is late for an old request', undefined, [old], 'degraded', 'late'],
    ['a reset daemon never used has time for a new request', undefined, [request], 'healthy', 'never-used'],
  ])('%s', (_title, lease, pending, verdict, is) => {
    expect(judgeResetDaemon({lease, pending}, now, lateAfterMs)).toMatchObject({verdict, facts: {is}})
  })
})

test.each([
  ['healthy', ['healthy', 'healthy']],
  ['degraded', ['healthy', 'degraded']],
  ['unhealthy', ['degraded', 'unhealthy', 'healthy']],
] as const)('the whole is %s as its worst part', (overall, verdicts) => {
  expect(overallVerdict(verdicts.map((verdict) => ({check: 'disk', verdict, reason: '', facts: {}})))).toBe(overall)
})
