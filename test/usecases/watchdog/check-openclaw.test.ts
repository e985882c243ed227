import {expect, test} from 'vitest'
import {type OpenClawJobs, parseOpenClawJob} from '../../../src/domain/openclaw/job.js'
import type {Response} from '../../../src/domain/openclaw/response.js'
import type {OpenClawSettings} from '../../../src/domain/settings/settings.js'
import {checkOpenClaw} from '../../../src/usecases/watchdog/check-openclaw.js'

const minute = 60_000
const now = 1000 * minute

const settings: OpenClawSettings = {
  command: ['openclaw'],
  env: {},
  timeoutMs: 1000,
  url: 'http://127.0.0.1:1',
  jobs: {coin: {id: 'c1', maxRunningMs: 10 * minute}, chain: {id: 'c2'}},
  allow: [],
  maxRunningMs: 60 * minute,
  graceMs: 2 * minute,
  wedgedAfterMs: 3 * minute,
  failingAfter: 3,
  unreachableAfterMs: 15 * 60_000,
}

const job = (id: string, runningForMs: number) =>
  parseOpenClawJob({id, enabled: true, schedule: {kind: 'cron'}, state: {runningAtMs: now - runningForMs}})!

async function states(answer: Response<OpenClawJobs>): Promise<Record<string, string>> {
  const {jobs: observations} = await sight(answer)
  return Object.fromEntries([...observations].map(([id, {state}]) => [id, state]))
}

function sight(answer: Response<OpenClawJobs>, maxAgeMs?: number) {
  const openclaw = {
    listJobs: async () => answer,
    health: async () => 'hung' as const,
    listRunningTasks: async () => ({ok: true, value: []}) as const,
  }
  return checkOpenClaw({openclaw, now: () => now, maxAgeMs: () => maxAgeMs}, settings)
}

test('each job is judged by its own limit, and one that is gone is vanished', async () => {
  const value = {jobs: [job('c1', 13 * minute)], complete: true}
  expect(await states({ok: true, value})).toEqual({c1: 'hung', c2: 'vanished'})
})

test('a job that an incomplete list does not show is unknown, not vanished', async () => {
  const value = {jobs: [job('c1', minute)], complete: false}
  expect(await states({ok: true, value})).toEqual({c1: 'healthy', c2: 'unknown'})
})

test('a failed read makes every job unknown', async () => {
  const failure = {kind: 'transient', cause: 'gateway-down', message: 'nobody listens'} as const
  expect(await states({ok: false, failure})).toEqual({c1: 'unknown', c2: 'unknown'})
})

test('a job whose last run is older than guard allows is missed', async () => {
  const ran = parseOpenClawJob({
    id: 'c1',
    enabled: true,
    schedule: {kind: 'cron'},
    state: {lastRunAtMs: now - 9 * minute},
  })!
  const answer = {ok: true, value: {jobs: [ran], complete: false}} as const
  expect((await sight(answer, 10 * minute)).jobs.get('c1')?.state).toBe('healthy')
  expect((await sight(answer, 8 * minute)).jobs.get('c1')).toMatchObject({
    state: 'missed',
    reason: 'its last run was 540 s ago, at most 480 s is allowed',
  })
  expect((await sight(answer)).jobs.get('c1')?.state).toBe('healthy')
})

test('a failed read says what is wrong with OpenClaw', async () => {
  const failure = {kind: 'transient', cause: 'gateway-timeout', message: 'no answer'} as const
  expect((await sight({ok: false, failure})).jobs.get('c2')?.reason).toBe(
    'OpenClaw could not be read: OpenClaw gives no answer, its gateway is hung: no answer',
  )
})

test('why OpenClaw could not be asked is said beside its jobs', async () => {
  const failure = {kind: 'setup', cause: 'missing', message: 'no such program'} as unknown as Extract<
    Response<never>,
    {ok: false}
  >['failure']
  expect((await sight({ok: false, failure})).unreachable).toBe('OpenClaw cannot be asked (setup): no such program')
  expect((await sight({ok: true, value: {jobs: [], complete: true}})).unreachable).toBeUndefined()
})
