import {expect, test} from 'vitest'
import type {OpenClawJob} from '../../../src/domain/openclaw/job.js'
import {
  maxRunningMs,
  type OpenClawLimits,
  openClawJobStatus,
  resetWish,
} from '../../../src/domain/openclaw/job-status.js'

const now = 1_000_000_000
const limits: OpenClawLimits = {
  maxRunningMs: undefined,
  fallbackMaxRunningMs: 7_200_000,
  graceMs: 120_000,
  wedgedAfterMs: 180_000,
  maxAgeMs: 3_600_000,
  failingAfter: 3,
}
const job: OpenClawJob = {
  id: 'a',
  name: 'Scan',
  enabled: true,
  schedule: 'every',
  payload: 'command',
  timeoutSeconds: undefined,
  runningAtMs: undefined,
  nextRunAtMs: now + 1000,
  lastRunAtMs: now - 1000,
  lastError: undefined,
  consecutiveErrors: 0,
  autoDisabled: undefined,
  systemOwned: false,
}
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

test('a hung job asks for a reset of the marker that was seen', () => {
  const hung = judge({runningAtMs: now - 800_000})
  expect(resetWish(hung, undefined)).toEqual({wanted: true, reason: hung.reason, runningAtMs: now - 800_000})
})

test('a proof of life vetoes the reset', () => {
  expect(resetWish(judge({runningAtMs: now - 800_000}), 'its lease is fresh')).toMatchObject({wanted: false})
})

test('only a hung job asks for a reset', () => {
  for (const change of [{nextRunAtMs: 1}, {consecutiveErrors: 9}, {enabled: false}, {lastRunAtMs: 1}, {}]) {
    expect(resetWish(judge(change), undefined).wanted).toBe(false)
  }
})
