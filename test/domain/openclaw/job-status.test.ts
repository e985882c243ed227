import {expect, test} from 'vitest'
import type {OpenClawJob} from '../../../src/domain/openclaw/job.js'
import {maxRunningMs, type OpenClawLimits, openClawJobStatus} from '../../../src/domain/openclaw/job-status.js'
import {openClawJob} from '../../support/openclaw-job.js'

const now = 1_000_000_000
const limits: OpenClawLimits = {
  maxRunningMs: undefined,
  fallbackMaxRunningMs: 7_200_000,
  graceMs: 120_000,
  wedgedAfterMs: 180_000,
  maxAgeMs: 3_600_000,
  failingAfter: 3,
}
const job = openClawJob({nextRunAtMs: now + 1000, lastRunAtMs: now - 1000})
const judge = (change: Partial<OpenClawJob>) => openClawJobStatus({read: 'job', job: {...job, ...change}}, limits, now)

test.each<[string, Partial<OpenClawJob>, string, string]>([
  ['a job with a slot ahead is healthy', {}, 'healthy', 'none'],
  ['a new job that never ran is healthy', {lastRunAtMs: undefined}, 'healthy', 'none'],
  ['a run within its limit is healthy', {runningAtMs: now - 720_000}, 'healthy', 'none'],
  ['a run beyond its limit and the grace is hung', {runningAtMs: now - 720_001}, 'hung', 'reset'],
  ['a run of an agent has an hour', {payload: 'agentTurn', runningAtMs: now - 3_720_000}, 'healthy', 'none'],
  ['an own limit counts', {timeoutSeconds: 30, runningAtMs: now - 150_001}, 'hung', 'reset'],
  ['a job without a limit gets the fallback', {timeoutSeconds: 0, runningAtMs: now - 7_320_000}, 'healthy', 'none'],
  ['a marker in the future is not hung', {runningAtMs: now + 86_400_000}, 'healthy', 'none'],
  ['a one-shot job that hangs is for a person', {schedule: 'at', runningAtMs: now - 999_999}, 'hung', 'person'],
  ['a job that starts on an exit is for a person', {schedule: 'on-exit', runningAtMs: now - 999_999}, 'hung', 'person'],
  ['a slot three minutes late is not yet wedged', {nextRunAtMs: now - 180_000}, 'healthy', 'none'],
  [
    'a slot that is later is wedged, and a reset does not help',
    {nextRunAtMs: now - 180_001},
    'wedged',
    'restart-gateway',
  ],
  ['a hung job with a late slot is hung', {nextRunAtMs: now - 999_999, runningAtMs: now - 999_999}, 'hung', 'reset'],
  ['a job that does not run though its slots pass is missed', {lastRunAtMs: now - 3_600_001}, 'missed', 'person'],
  ['three errors in a row are failing', {consecutiveErrors: 3}, 'failing', 'person'],
  ['two errors in a row are not', {consecutiveErrors: 2}, 'healthy', 'none'],
  [
    'a job that a person disabled is disabled, even with a marker',
    {enabled: false, runningAtMs: 1},
    'disabled',
    'none',
  ],
  [
    'a job that OpenClaw disabled is auto-disabled',
    {enabled: false, autoDisabled: '10 errors'},
    'auto-disabled',
    'person',
  ],
  ["OpenClaw's own job is left alone", {systemOwned: true, runningAtMs: 1}, 'left-alone', 'none'],
])('%s', (_title, change, state, remedy) => {
  expect(judge(change)).toMatchObject({state, remedy})
})

test('a failed read is unknown, never healthy and never stuck', () => {
  expect(openClawJobStatus({read: 'failed', reason: 'gateway timeout'}, limits, now)).toMatchObject({
    state: 'unknown',
    remedy: 'none',
    reason: 'OpenClaw could not be read: gateway timeout',
  })
})

test('an id that is not in the list has vanished', () => {
  expect(openClawJobStatus({read: 'absent'}, limits, now)).toMatchObject({state: 'vanished', remedy: 'person'})
})

test("the settings' limit outranks the job's own", () => {
  expect(maxRunningMs({...job, timeoutSeconds: 30}, {...limits, maxRunningMs: 600_000})).toBe(720_000)
})

test('a hung job is for a reset of the marker that was seen', () => {
  expect(judge({runningAtMs: now - 800_000})).toMatchObject({remedy: 'reset', runningAtMs: now - 800_000})
})

test('only a hung job is for a reset', () => {
  for (const change of [{nextRunAtMs: 1}, {consecutiveErrors: 9}, {enabled: false}, {lastRunAtMs: 1}, {}]) {
    expect(judge(change).remedy).not.toBe('reset')
  }
})

test('errors in a row are failing while another run goes on', () => {
  const failing = judge({consecutiveErrors: 99, runningAtMs: now - 1000, lastError: 'no model'})
  expect(failing).toMatchObject({state: 'failing', reason: '99 errors in a row; the last: no model'})
})

test('the start of the last run is handed on, so that a reset can be proven by a later one', () => {
  expect(judge({lastRunAtMs: 7})).toMatchObject({lastRunAtMs: 7})
  expect(judge({enabled: false, lastRunAtMs: 7})).not.toHaveProperty('lastRunAtMs')
})

const every = {everyMs: 600_000, lastRunAtMs: undefined, updatedAtMs: now - 780_000}
const interval = (change: Partial<OpenClawJob>) =>
  openClawJobStatus({read: 'job', job: {...job, ...every, ...change}}, {...limits, maxAgeMs: undefined}, now)

test.each<[string, Partial<OpenClawJob>, string]>([
  ['it has just been late enough to count', {updatedAtMs: now - 780_001}, 'missed'],
  ['its slot may still start', {}, 'healthy'],
  ['its last run is that old', {lastRunAtMs: now - 900_000, updatedAtMs: now - 899_000}, 'missed'],
  ['it ran since', {lastRunAtMs: now - 1000, updatedAtMs: now - 900_000}, 'healthy'],
  ['it was enabled since', {lastRunAtMs: now - 900_000, updatedAtMs: now - 1000}, 'healthy'],
  ['its first slot is later', {anchorMs: now + 900_000, updatedAtMs: now - 900_000}, 'healthy'],
  ['OpenClaw waits after an error', {consecutiveErrors: 1, updatedAtMs: now - 3_780_000}, 'healthy'],
  ['OpenClaw has waited long enough', {consecutiveErrors: 1, updatedAtMs: now - 3_780_001}, 'missed'],
  ['it runs', {runningAtMs: now - 1000, updatedAtMs: now - 900_000}, 'healthy'],
  ['OpenClaw names the last run alone', {lastRunAtMs: now - 780_001, updatedAtMs: undefined}, 'missed'],
  ['OpenClaw names no time', {updatedAtMs: undefined}, 'healthy'],
])('the interval alone shows that a job with a next slot does not run: %s', (_title, change, state) => {
  expect(interval(change)).toMatchObject({state})
})
