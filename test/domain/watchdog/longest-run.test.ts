import {expect, test} from 'vitest'
import {emptyUptime, upTo} from '../../../src/domain/clock/uptime.js'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {buildJobFacts} from '../../../src/domain/watchdog/build-job-facts.js'
import type {JobFacts, Liveness} from '../../../src/domain/watchdog/job-facts.js'
import {longestRunMs} from '../../../src/domain/watchdog/longest-run.js'
import {judgeJob} from '../../../src/domain/watchdog/verdict.js'
import {hour, jobFacts, lastEnd, minute, nowUptimeMs, output, running, slot} from '../../support/job-facts.js'
import {scan} from '../../support/watchdog-world.js'

test.each([
  ['three periods without earlier runs', {}, {periodsMs: 3 * hour, usualMs: undefined}, 3 * hour],
  ['three periods if they are later', {}, {periodsMs: 3 * hour, usualMs: minute}, 3 * hour],
  ['ten usual times if they are later', {}, {periodsMs: 3 * hour, usualMs: hour}, 10 * hour],
  ['longestRun before all else', {longestRunMs: minute}, {periodsMs: 3 * hour, usualMs: hour}, minute],
  ['longestRun without a schedule', {longestRunMs: minute}, {periodsMs: undefined, usualMs: hour}, minute],
  ['longestRun beside a timeout', {longestRunMs: minute, hasTimeout: true}, {periodsMs: hour, usualMs: 1}, minute],
  ['none with a timeout', {hasTimeout: true}, {periodsMs: 3 * hour, usualMs: hour}, undefined],
  ['none without a schedule', {}, {periodsMs: undefined, usualMs: hour}, undefined],
])('the limit of a run is %s', (_title, limits, facts, expected) => {
  expect(longestRunMs(limits, facts)).toBe(expected)
})

const now = {at: Date.UTC(2026, 0, 5, 12), mono: 100 * hour, boot: 'a', host: 'h'}
const clocks = {now, nowUptimeMs: now.mono, uptime: upTo(emptyUptime, now)}

/** The limit of a run of an hourly job that began so long ago, at the full hour. */
function limitFor(startedAgoMs: number, more: {readonly hasTimeout?: boolean; readonly goodTimes?: readonly number[]}) {
  const lease: Lease = {
    ...{job: 'scan', holder: 'x', token: 1, claimId: 'c', ttlMs: 5 * minute, boot: 'a', host: 'h'},
    ...{claimedAt: now.at - startedAgoMs, claimedMono: now.mono - startedAgoMs, seenAt: now.at},
    ...{expiresAt: now.at + 5 * minute, expiresMono: now.mono + 5 * minute},
  }
  const {hasTimeout = false, goodTimes = []} = more
  const job = {...scan, schedule: '0 * * * *', limits: {...scan.limits, hasTimeout}}
  const observed: Parameters<typeof buildJobFacts>[1] = {
    records: {lease, jobRuns: {runs: [], goodTimes}, deadLease: undefined},
    ...{watch: undefined, incident: undefined, outputs: [], openclaw: undefined, nextSlotAt: undefined},
    slot: {
      at: now.at - hour,
      due: {is: 'up', uptimeMs: now.mono - hour},
      former: {is: 'up', uptimeMs: now.mono - 2 * hour},
    },
    slotAfter: (at: number) => (Math.floor(at / hour) + 1) * hour,
  }
  return buildJobFacts(job, observed, clocks).longestRunMs
}

test('the three periods are the next three slots after the start', () => {
  expect(limitFor(5 * hour, {})).toBe(3 * hour)
  expect(limitFor(5 * hour, {goodTimes: [hour, 2 * hour, hour]})).toBe(10 * hour)
  expect(limitFor(5 * hour, {hasTimeout: true})).toBeUndefined()
})

test('a run that is younger than two slots has no limit yet, so that no slot is searched', () => {
  expect(limitFor(90 * minute, {})).toBeUndefined()
})

const leaseless: Liveness = {is: 'running-unleased', ...startedAgo(hour)}

function startedAgo(ms: number) {
  return {startedUptimeMs: nowUptimeMs - ms, seenUptimeMs: nowUptimeMs}
}

test.each<[string, Partial<JobFacts>, string, string]>([
  ['a run within its limit is no trouble', {liveness: running, longestRunMs: hour}, 'healthy', 'ok'],
  ['a run beyond its limit is hung', {liveness: running, longestRunMs: hour - 1}, 'hung', 'failing'],
  ['so is one without a lease', {liveness: leaseless, longestRunMs: hour - 1}, 'hung', 'failing'],
  [
    'fresh outputs show that it works',
    {liveness: running, longestRunMs: minute, outputs: [output(minute)]},
    'misreported',
    'ok',
  ],
  [
    'a bad end before it decides',
    {liveness: running, longestRunMs: minute, lastEnd: lastEnd(2 * hour, 'failed')},
    'failing',
    'failing',
  ],
  [
    'wrong settings decide before all else',
    {liveness: running, settingsProblem: 'its settings are wrong: x', lastEnd: lastEnd(hour, 'degraded')},
    'failing',
    'failing',
  ],
])('%s', (_title, facts, kind, status) => {
  const verdict = judgeJob(jobFacts({lastEnd: lastEnd(2 * hour), slot: slot(minute), ...facts}))
  expect(verdict).toMatchObject({kind, status, level: 'CRITICAL'})
})
