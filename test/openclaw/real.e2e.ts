import type {ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest'
import {parseOpenClawJob} from '../../src/domain/openclaw/job.js'
import {openClawCli} from '../../src/system/openclaw/cli.js'
import {runCommand} from '../../src/system/process/run-command.js'
import {guardOf, type RealGuard, type ResetRound} from './real-guard.js'
import {createOpenClaw, isBefore, type RealOpenClaw, token, version} from './real-openclaw.js'
import {until} from './until.js'

let openclaw: RealOpenClaw
let id: string

beforeAll(async () => {
  openclaw = await createOpenClaw()
  await openclaw.start()
  id = parseOpenClawJob(JSON.parse(await openclaw.addJob()))!.id
  await until('the job has run', async () => (await openclaw.job(id)).state.lastRunAtMs !== undefined)
})

afterEach(async () => {
  openclaw.signal('SIGCONT')
})

afterAll(async () => {
  await openclaw?.stop()
  openclaw?.remove()
})

/** A gateway that has hung or just started may leave a request waiting for a round. */
async function answersOf(guard: RealGuard): Promise<ResetRound['answered']> {
  let round = await guard.resetDaemon()
  expect(round).toHaveProperty('answered')
  for (let more = 2; more > 0 && round.answered.length === 0; more -= 1) round = await guard.resetDaemon()
  return round.answered
}

/** Until then it may hold the lease of the daemon. */
async function killed(daemon: ChildProcess): Promise<void> {
  const end = once(daemon, 'exit')
  daemon.kill('SIGKILL')
  await end
}

/** The command line of OpenClaw, but for some sub-commands; newer versions have two ways to end a run. */
function commandRefusing(...words: readonly string[]): readonly string[] {
  const [node = ''] = openclaw.command
  const script = join(openclaw.dir, `without-${words.join('-')}.mjs`)
  const refuse = `if (${JSON.stringify(words)}.includes(process.argv[3])) { console.error('unauthorized: blocked'); process.exit(1) }`
  const pass = `process.exit(spawnSync('${node}', ['${openclaw.script}', ...process.argv.slice(2)], {stdio: 'inherit'}).status)`
  writeFileSync(script, `import {spawnSync} from 'node:child_process'\n${refuse}\n${pass}\n`)
  return [node, script]
}

async function expectHealthy(): Promise<void> {
  const since = Date.now()
  expect(await openclaw.job(id)).toMatchObject({enabled: true})
  await until('the job runs again', async () => ((await openclaw.job(id)).state.lastRunAtMs ?? 0) > since)
}

test('a wedged job: the watchdog asks, the reset daemon resets, the watchdog resolves, and no alert is raised', async () => {
  const marker = await openclaw.wedge(id)
  const guard = guardOf(openclaw, id)
  expect(await guard.watchdog()).toMatchObject({code: 1, jobs: [{job: 'tick', verdict: 'hung'}]})
  expect(guard.lines('openclaw_reset_requests.jsonl')).toMatchObject([{job: 'tick', job_id: id, running_at_ms: marker}])
  expect(await guard.resetDaemon()).toMatchObject({code: 0, answered: [{ok: true, outcome: 'reset'}], waiting: []})
  expect(guard.text('openclaw_reset_results.jsonl')).toContain(`"openclaw":"${version}"`)
  expect(guard.text('openclaw_reset_results.jsonl')).not.toContain(token)
  await expectHealthy()
  expect(await guard.watchdog()).toMatchObject({code: 0})
  expect(guard.lines('incidents.jsonl').map(({kind}) => kind)).toContain('resolved')
  expect(guard.lines('alerts.jsonl')).toEqual([])
  expect(await guard.resetDaemon()).toMatchObject({code: 0, answered: [], pending: []})
})

if (!isBefore('2026.6'))
  test('a run that hangs for real is ended, and the next one runs', async () => {
    const guard = guardOf(openclaw, id)
    guard.ask(await openclaw.hang(id))
    expect(await guard.resetDaemon()).toMatchObject({code: 0, answered: [{ok: true, outcome: 'reset'}]})
    await expectHealthy()
  })

test('with the remedy blocked, exactly one alert goes out, after the second failure', async () => {
  const guard = guardOf(openclaw, id, {command: commandRefusing('disable', 'cancel')})
  await openclaw.wedge(id)
  for (const attempt of [1, 2]) {
    expect(await guard.watchdog()).toMatchObject({code: 1})
    expect(guard.lines('openclaw_reset_requests.jsonl')).toHaveLength(attempt)
    expect(await guard.resetDaemon()).toMatchObject({code: 1, answered: [{ok: false, outcome: 'failed'}], pending: []})
    expect(guard.lines('alerts.jsonl')).toEqual([])
  }
  for (let round = 0; round < 3; round += 1) expect(await guard.watchdog()).toMatchObject({code: 2})
  expect(guard.lines('alerts.jsonl')).toHaveLength(1)
  expect((await openclaw.job(id)).enabled).toBe(true)
  await openclaw.cli('cron', 'disable', id)
  await openclaw.cli('cron', 'enable', id)
})

test('the adapter sees what OpenClaw shows', async () => {
  // The environment variables of the test runner would change what OpenClaw does.
  const bare = [
    '/usr/bin/env',
    '-i',
    ...Object.entries(openclaw.env).map(([name, value]) => `${name}=${value}`),
  ] as const
  const settings = {command: [...bare, ...openclaw.command] as const, env: {}, timeoutMs: 10_000, url: openclaw.url}
  const cli = openClawCli({run: runCommand, settings})
  expect(await cli.version()).toEqual({ok: true, value: version})
  expect(await cli.health()).toBe(isBefore('2026.5') ? 'unclear' : 'ready')
  const tick = expect.objectContaining({id, name: 'Tick'})
  expect(await cli.listJobs()).toEqual({ok: true, value: {complete: true, jobs: expect.arrayContaining([tick])}})
  expect(await cli.getJob(id)).toMatchObject({ok: true, value: {id, enabled: true}})
  const noTasks = {ok: false, failure: {kind: 'configuration', cause: 'unknown-command'}}
  expect(await cli.listRunningTasks()).toMatchObject(isBefore('2026.3.31') ? noTasks : {ok: true})
  const unknownId = '00000000-0000-4000-8000-000000000000'
  expect(await cli.getJob(unknownId)).toEqual({ok: true, value: undefined})
  expect(await cli.disable(unknownId)).toMatchObject({ok: false, failure: {kind: 'permanent', cause: 'unknown-id'}})
})

test('a daemon that is killed between disable and enable leaves a pending enable, which the next round does', async () => {
  const guard = guardOf(openclaw, id, {command: commandRefusing('cancel')})
  guard.ask(await openclaw.wedge(id))
  const dying = guard.start('reset-daemon')
  await guard.seen({kind: 'disabled'})
  await killed(dying)
  expect((await openclaw.job(id)).enabled).toBe(false)
  const round = await guard.resetDaemon()
  expect(round).toMatchObject({
    code: 0,
    pending: [{state: 'confirmed', detail: 'confirmed'}],
    answered: [{ok: true, outcome: 'reset'}],
  })
  await expectHealthy()
})

test('a gateway that hangs is distinguished from one that is down, and the request waits for it', async () => {
  const guard = guardOf(openclaw, id)
  guard.ask(await openclaw.wedge(id))
  openclaw.signal('SIGSTOP')
  expect((await guard.resetDaemon()).waiting[0]?.reason).toContain('its gateway is hung')
  openclaw.signal('SIGCONT')
  expect(await guard.resetDaemon()).toMatchObject({answered: [{ok: true, outcome: 'reset'}]})
  await expectHealthy()
})

test('a gateway that hangs from the disable on, and a daemon that is killed then, leave no job disabled', async () => {
  const guard = guardOf(openclaw, id, {command: commandRefusing('cancel')})
  guard.ask(await openclaw.wedge(id))
  const dying = guard.start('reset-daemon')
  await guard.seen({kind: 'disabling'})
  openclaw.signal('SIGSTOP')
  await guard.seen({kind: 'step-taken', step: 'disable', outcome: 'unknown'})
  await killed(dying)
  openclaw.signal('SIGCONT')
  expect(await answersOf(guard)).toMatchObject([{ok: true, outcome: 'reset'}])
  await expectHealthy()
})

test('a job that a person disabled stays disabled', async () => {
  const marker = await openclaw.wedge(id)
  await openclaw.cli('cron', 'disable', id)
  const guard = guardOf(openclaw, id)
  guard.ask(marker)
  expect(await guard.resetDaemon()).toMatchObject({code: 0, answered: [{ok: false, outcome: 'not-enabled'}]})
  expect((await openclaw.job(id)).enabled).toBe(false)
  await openclaw.cli('cron', 'enable', id)
})

test('a job that has run since the request is not reset', async () => {
  const guard = guardOf(openclaw, id)
  const askedAt = Date.now()
  guard.ask(askedAt - 4_000_000)
  await until('the job has run again', async () => ((await openclaw.job(id)).state.lastRunAtMs ?? 0) > askedAt)
  expect(await guard.resetDaemon()).toMatchObject({code: 0, answered: [{ok: false, outcome: 'withdrawn'}]})
  expect(guard.text('openclaw_reset_results.jsonl')).not.toContain('enable-pending')
})

test('an id that is not in the settings is refused and recorded', async () => {
  const guard = guardOf(openclaw, id)
  guard.ask(1, '00000000-0000-4000-8000-000000000000')
  expect(await guard.resetDaemon()).toMatchObject({code: 1, answered: [{ok: false, outcome: 'refused'}]})
  expect(guard.lines().at(-1)).toMatchObject({kind: 'result', outcome: 'refused'})
})

test('a wrong token is a failure of configuration', async () => {
  const guard = guardOf(openclaw, id, {token: 'wrong'})
  guard.ask(1)
  const {answered} = await guard.resetDaemon()
  expect(answered).toMatchObject([{ok: false, outcome: 'failed', detail: expect.stringContaining('(configuration)')}])
})

test.runIf(Number(process.versions.node.split('.')[0]) < 22)(
  'a Node that is too old for OpenClaw is a failure of configuration',
  async () => {
    const guard = guardOf(openclaw, id, {command: [process.execPath, openclaw.script]})
    guard.ask(1)
    const {answered} = await guard.resetDaemon()
    expect(answered).toMatchObject([{ok: false, outcome: 'failed', detail: expect.stringContaining('(configuration)')}])
  },
)

test('a gateway that is down is named, and once it is back the request is answered', async () => {
  const guard = guardOf(openclaw, id)
  guard.ask(await openclaw.wedge(id))
  await openclaw.stop()
  expect((await guard.resetDaemon()).waiting[0]?.reason).toContain('its gateway is down')
  await openclaw.start()
  // At its start OpenClaw clears the markers of runs that it does not have.
  const recovered = {outcome: expect.stringMatching(/^(already-recovered|withdrawn)$/)}
  expect(await answersOf(guard)).toMatchObject([recovered])
  await expectHealthy()
})
