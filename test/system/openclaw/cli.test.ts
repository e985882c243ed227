import {expect, test} from 'vitest'
import type {TextOrSecret} from '../../../src/domain/settings/secret.js'
import {openClawCli} from '../../../src/system/openclaw/cli.js'
import {runCommand} from '../../../src/system/process/run-command.js'
import {type StandInState, standIn, tick} from '../../support/openclaw-stand-in.js'

const versions = ['2026.2.17', '2026.5.28', '2026.7.1-2', '2026.9.6']
const task = {taskId: 't1', sourceId: tick.id, startedAt: 5, status: 'running'}

function open(
  state: Partial<StandInState> & {version: string},
  settings: {timeoutMs?: number; env?: Readonly<Record<string, TextOrSecret>>} = {},
) {
  const stand = standIn({jobs: [tick], ...state})
  const cli = openClawCli({
    run: runCommand,
    settings: {command: [...stand.command], env: {}, timeoutMs: 30_000, url: 'http://127.0.0.1:9', ...settings},
  })
  return {...stand, cli}
}

test.each(versions)('%s: a wedged job is listed, read, disabled and enabled', async (version) => {
  const {cli, read} = open({version})
  expect(await cli.listJobs()).toMatchObject({ok: true, value: {complete: true, jobs: [{id: tick.id}]}})
  expect(await cli.getJob(tick.id)).toMatchObject({ok: true, value: {runningAtMs: tick.state.runningAtMs}})
  expect(await cli.disable(tick.id)).toEqual({ok: true, value: undefined})
  expect(read().jobs[0]).toMatchObject({enabled: false})
  expect(await cli.enable(tick.id)).toEqual({ok: true, value: undefined})
  const after = await cli.getJob(tick.id)
  expect(after).toMatchObject({ok: true, value: {enabled: true, runningAtMs: undefined}})
})

test.each(versions)('%s: reading an unknown id is not a failure', async (version) => {
  const {cli} = open({version})
  expect(await cli.getJob('00000000-0000-4000-8000-000000000000')).toEqual({ok: true, value: undefined})
  expect(await cli.disable('00000000-0000-4000-8000-000000000000')).toMatchObject({failure: {kind: 'permanent'}})
})

test('where `get` is missing the list is read, and `get` is not tried again', async () => {
  const {cli, read} = open({version: '2026.2.17'})
  await cli.getJob(tick.id)
  await cli.getJob(tick.id)
  expect(read().calls?.map((call) => call.split(' ')[1])).toEqual(['get', 'list', 'list'])
})

test.each(versions)('%s: running tasks are listed where there are any', async (version) => {
  const {cli} = open({version, tasks: [task]})
  const answer = await cli.listRunningTasks()
  if (version === '2026.2.17') expect(answer).toMatchObject({failure: {cause: 'unknown-command'}})
  else expect(answer).toEqual({ok: true, value: [{taskId: 't1', jobId: tick.id, startedAt: 5}]})
})

test('a live run is cancelled where that is possible', async () => {
  const {cli, read} = open({version: '2026.7.1-2', tasks: [task]})
  expect(await cli.cancelTask('t1')).toEqual({ok: true, value: undefined})
  expect(read().tasks).toEqual([])
  expect(await open({version: '2026.5.28', tasks: [task]}).cli.cancelTask('t1')).toMatchObject({
    failure: {cause: 'no-handle', kind: 'permanent'},
  })
})

test.each(versions)('%s has its version read', async (version) => {
  expect(await open({version}).cli.version()).toEqual({ok: true, value: version})
})

test("OpenClaw's own jobs refuse to be disabled for good", async () => {
  const {cli} = open({version: '2026.9.6', jobs: [{...tick, declarationKey: 'heartbeat:main'}]})
  expect(await cli.disable(tick.id)).toMatchObject({failure: {kind: 'permanent', cause: 'system-owned'}})
})

test('a disable that timed out may be applied later, so its outcome is unknown', async () => {
  const {cli} = open({version: '2026.2.17', faults: [{on: 'cron disable', do: 'timeout-then-applied', times: 1}]})
  expect(await cli.disable(tick.id)).toMatchObject({failure: {kind: 'outcome-unknown', cause: 'gateway-timeout'}})
  expect(await cli.getJob(tick.id)).toMatchObject({value: {enabled: false}})
})

test('an answer that is not understood is an unknown outcome of a write and a failed read', async () => {
  const {cli} = open({version: '2026.9.6', faults: [{on: '', do: 'garbage', times: 9}]})
  expect(await cli.disable(tick.id)).toMatchObject({failure: {kind: 'outcome-unknown', cause: 'garbage'}})
  expect(await cli.listJobs()).toMatchObject({failure: {kind: 'transient', cause: 'garbage'}})
  expect(await cli.version()).toMatchObject({failure: {cause: 'garbage'}})
})

test('a list of thousands of jobs is read whole', async () => {
  const jobs = Array.from({length: 3000}, (_, n) => ({
    ...tick,
    id: `${n}`,
    payload: {kind: 'agentTurn', message: 'x'.repeat(500)},
  }))
  const {cli} = open({version: '2026.9.6', jobs})
  const list = await cli.listJobs()
  expect(list.ok && list.value.jobs).toHaveLength(3000)
})

test('an answer about another job is not understood', async () => {
  const cli = openClawCli({
    run: async () => {
      const ended = {exitCode: 0, signal: undefined, timedOut: false, spawnError: undefined, stderr: '', durationMs: 5}
      return {...ended, stdout: JSON.stringify({...tick, id: 'another'})}
    },
    settings: {command: ['openclaw'], env: {}, timeoutMs: 10_000, url: 'http://127.0.0.1:9'},
  })
  expect(await cli.getJob(tick.id)).toMatchObject({failure: {kind: 'transient', cause: 'garbage'}})
  expect(await cli.disable(tick.id)).toMatchObject({failure: {kind: 'outcome-unknown', cause: 'garbage'}})
})

test('a call that hangs is ended 15 s after its own limit', async () => {
  const limits: number[] = []
  const cli = openClawCli({
    run: async (command) => {
      limits.push(command.timeoutMs)
      const ended = {exitCode: undefined, signal: 'SIGTERM', timedOut: true, spawnError: undefined}
      return {...ended, stdout: '', stderr: '', durationMs: command.timeoutMs}
    },
    settings: {command: ['openclaw'], env: {}, timeoutMs: 10_000, url: 'http://127.0.0.1:9'},
  })
  expect(await cli.listJobs()).toMatchObject({failure: {kind: 'transient', cause: 'killed'}})
  expect(limits).toEqual([25_000])
})

test.each(['gateway-down', 'gateway-draining', 'wrong-token', 'seed-cron-update'])(
  '%s is not a list of jobs',
  async (fault) => {
    const {cli} = open({version: '2026.9.6', faults: [{on: 'cron list', do: fault, times: 1}]})
    expect((await cli.listJobs()).ok).toBe(false)
    expect((await cli.listJobs()).ok).toBe(true)
  },
)

test('a missing OpenClaw is a failure of configuration', async () => {
  const cli = openClawCli({
    run: runCommand,
    settings: {command: ['/nowhere/openclaw'], env: {}, timeoutMs: 1000, url: 'http://127.0.0.1:9'},
  })
  expect(await cli.listJobs()).toMatchObject({failure: {kind: 'configuration', cause: 'not-installed'}})
})

test('a secret goes into the environment of the call, never into its arguments', async () => {
  process.env['GUARD_TEST_TOKEN'] = 's3cret'
  let seen: {argv: readonly string[]; env?: Readonly<Record<string, string>>} | undefined
  const settings = {
    command: ['openclaw'] as const,
    env: {OPENCLAW_GATEWAY_TOKEN: {env: 'GUARD_TEST_TOKEN'}},
    timeoutMs: 1000,
    url: 'http://127.0.0.1:9',
  }
  const cli = openClawCli({
    run: async (command) => {
      seen = command
      return runCommand({...command, argv: ['true']})
    },
    settings,
  })
  await cli.version()
  expect(seen?.env).toEqual({OPENCLAW_GATEWAY_TOKEN: 's3cret'})
  expect(seen?.argv.join(' ')).not.toContain('s3cret')
})

test('a secret that is missing fails the call and names where it should be', async () => {
  const {cli, read} = open({version: '2026.9.6'}, {env: {OPENCLAW_GATEWAY_TOKEN: {env: 'GUARD_NO_SUCH_TOKEN'}}})
  expect(await cli.disable(tick.id)).toEqual({
    ok: false,
    failure: {
      kind: 'configuration',
      cause: 'no-secret',
      message: 'openclaw.env.OPENCLAW_GATEWAY_TOKEN: the environment variable GUARD_NO_SUCH_TOKEN is not set',
    },
  })
  expect(read().calls).toBeUndefined()
})
