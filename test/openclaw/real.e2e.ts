import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, expect, onTestFinished, test} from 'vitest'
import {parseOpenClawJob} from '../../src/domain/openclaw-job.js'
import {judgeOpenClawJob} from '../../src/domain/openclaw-sighting.js'
import {openClawCli} from '../../src/system/openclaw/cli.js'
import {runCommand} from '../../src/system/run-command.js'
import {createOpenClaw, type RealOpenClaw, token} from './real-openclaw.js'

const guard = join(import.meta.dirname, '../../bin/guard.js')
let openclaw: RealOpenClaw
let id: string

beforeAll(async () => {
  openclaw = await createOpenClaw()
  await openclaw.start()
  const job = [
    '--name',
    'Tick',
    '--every',
    '10s',
    '--session',
    'main',
    '--system-event',
    'tick',
    '--wake',
    'next-heartbeat',
  ]
  id = parseOpenClawJob(JSON.parse(await openclaw.cli('cron', 'add', ...job, '--json')))!.id
  await until('the job has run', async () => (await openclaw.job(id)).state.lastRunAtMs !== undefined)
})

afterEach(async () => {
  openclaw.signal('SIGCONT')
})

afterAll(async () => {
  await openclaw?.stop()
  openclaw?.remove()
})

interface Change {
  readonly command?: readonly string[]
  readonly token?: string
}

/** A state directory of its own, with a reset daemon that knows the job. */
function daemonOf(change: Change = {}) {
  const dir = join(openclaw.dir, `guard-${Math.random().toString(36).slice(2)}`)
  mkdirSync(join(dir, 'state'), {recursive: true, mode: 0o700})
  const settings = {
    stateDir: 'state',
    resetDaemon: {minInterval: '0s'},
    openclaw: {
      command: change.command ?? openclaw.command,
      env: {...openclaw.env, OPENCLAW_GATEWAY_TOKEN: {env: 'TEST_TOKEN'}},
      timeout: '10s',
      url: openclaw.url,
      jobs: {tick: {id}},
    },
  }
  writeFileSync(join(dir, '.guardianrc.json'), JSON.stringify(settings))
  const results = join(dir, 'state/openclaw_reset_results.jsonl')
  const start = (): ChildProcess => {
    const env = {PATH: '/usr/local/bin:/usr/bin:/bin', HOME: dir, TEST_TOKEN: change.token ?? token}
    const child = spawn(process.execPath, [guard, 'reset-daemon', '--json'], {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
  return {
    start,
    round: () => endOf(start()),
    /** As another program would ask, with one line. */
    ask: (runningAtMs: number, jobId = id) => {
      const line = {
        job_id: jobId,
        job_name: 'Tick',
        reason: 'stuck',
        requested_at: new Date().toISOString(),
        attempts: 1,
        running_at_ms: runningAtMs,
      }
      writeFileSync(join(dir, 'state/openclaw_reset_requests.jsonl'), `${JSON.stringify(line)}\n`, {
        flag: 'a',
        mode: 0o600,
      })
    },
    lines: () =>
      existsSync(results)
        ? readFileSync(results, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
        : [],
    /** Waits until the daemon has written a line of this kind. */
    seen(kind: string) {
      return until(
        `${kind} is on record`,
        async () => this.lines().some((line: {kind?: string}) => line.kind === kind),
        20,
      )
    },
    text: () => readFileSync(results, 'utf8'),
  }
}

interface Round {
  readonly code: number | null
  readonly answered: readonly {ok: boolean; outcome: string; detail: string}[]
  readonly waiting: readonly {reason: string}[]
  readonly owed: readonly {state: string; detail: string}[]
}

function endOf(child: ChildProcess): Promise<Round> {
  const out: Buffer[] = []
  child.stdout?.on('data', (piece: Buffer) => out.push(piece))
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({code, ...JSON.parse(Buffer.concat(out).toString() || '{}')}))
  })
}

async function until(what: string, isSo: () => Promise<boolean>, everyMs = 1000): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

async function expectHealthy(): Promise<void> {
  const since = Date.now()
  expect(await openclaw.job(id)).toMatchObject({enabled: true})
  await until('the job runs again', async () => ((await openclaw.job(id)).state.lastRunAtMs ?? 0) > since)
}

test('a wedged job is seen as hung, reset with one round, and runs again', async () => {
  const marker = await openclaw.wedge(id)
  // The variables of the test runner would change OpenClaw's ways.
  const bare = [
    '/usr/bin/env',
    '-i',
    ...Object.entries(openclaw.env).map(([name, value]) => `${name}=${value}`),
  ] as const
  const settings = {command: [...bare, ...openclaw.command] as const, env: {}, timeoutMs: 10_000, url: openclaw.url}
  const read = await openClawCli({run: runCommand, settings}).getJob(id)
  const limits = {
    maxRunningMs: 60_000,
    fallbackMaxRunningMs: 60_000,
    graceMs: 0,
    wedgedAfterMs: 180_000,
    maxAgeMs: undefined,
    failingAfter: 3,
  }
  const job = read.ok ? read.value : undefined
  expect(job && judgeOpenClawJob({read: 'job', job}, limits, Date.now())).toMatchObject({
    state: 'hung',
    remedy: 'reset',
    runningAtMs: marker,
  })

  const daemon = daemonOf()
  daemon.ask(marker)
  const round = await daemon.round()
  expect(round).toMatchObject({code: 0, answered: [{ok: true, outcome: 'reset'}], waiting: []})
  expect(daemon.text()).toContain('"openclaw":"2026.5.28"')
  expect(daemon.text()).not.toContain(token)
  await expectHealthy()
  expect(await daemon.round()).toMatchObject({code: 0, answered: [], owed: []})
})

test('a daemon that is killed between disable and enable leaves a debt, which the next round pays', async () => {
  const daemon = daemonOf()
  daemon.ask(await openclaw.wedge(id))
  const dying = daemon.start()
  await daemon.seen('disabled')
  dying.kill('SIGKILL')
  expect((await openclaw.job(id)).enabled).toBe(false)
  const round = await daemon.round()
  expect(round).toMatchObject({
    code: 0,
    owed: [{state: 'settled', detail: 'confirmed'}],
    answered: [{ok: true, outcome: 'reset'}],
  })
  await expectHealthy()
})

test('a gateway that hangs is told from one that is down, and the request waits for it', async () => {
  const daemon = daemonOf()
  daemon.ask(await openclaw.wedge(id))
  openclaw.signal('SIGSTOP')
  expect((await daemon.round()).waiting[0]?.reason).toContain('its gateway is hung')
  openclaw.signal('SIGCONT')
  expect(await daemon.round()).toMatchObject({answered: [{ok: true, outcome: 'reset'}]})
  await expectHealthy()
})

test('a gateway that hangs from the disable on, and a daemon that is killed then, leave no job disabled', async () => {
  const daemon = daemonOf()
  daemon.ask(await openclaw.wedge(id))
  const dying = daemon.start()
  await daemon.seen('disabling')
  openclaw.signal('SIGSTOP')
  await until('the outcome is unknown', async () => {
    return daemon
      .lines()
      .some((line: {step?: string; outcome?: string}) => line.step === 'disable' && line.outcome === 'unknown')
  })
  dying.kill('SIGKILL')
  openclaw.signal('SIGCONT')
  const answered: unknown[] = []
  for (let rounds = 0; rounds < 3 && answered.length === 0; rounds += 1)
    answered.push(...(await daemon.round()).answered)
  expect(answered).toMatchObject([{ok: true, outcome: 'reset'}])
  await expectHealthy()
})

test('a job that a person disabled stays disabled', async () => {
  const marker = await openclaw.wedge(id)
  await openclaw.cli('cron', 'disable', id)
  const daemon = daemonOf()
  daemon.ask(marker)
  expect(await daemon.round()).toMatchObject({code: 1, answered: [{ok: false, outcome: 'not-enabled'}]})
  expect((await openclaw.job(id)).enabled).toBe(false)
  await openclaw.cli('cron', 'enable', id)
})

test('an id that is not in the settings is refused and recorded', async () => {
  const daemon = daemonOf()
  daemon.ask(1, '00000000-0000-4000-8000-000000000000')
  expect(await daemon.round()).toMatchObject({code: 1, answered: [{ok: false, outcome: 'refused'}]})
  expect(daemon.lines().at(-1)).toMatchObject({kind: 'result', outcome: 'refused'})
})

test('a wrong token is a matter of configuration', async () => {
  const daemon = daemonOf({token: 'wrong'})
  daemon.ask(1)
  const {answered} = await daemon.round()
  expect(answered).toMatchObject([{ok: false, outcome: 'failed', detail: expect.stringContaining('(configuration)')}])
})

test.runIf(Number(process.versions.node.split('.')[0]) < 22)('so is a Node that is too old for OpenClaw', async () => {
  const daemon = daemonOf({command: [process.execPath, openclaw.script]})
  daemon.ask(1)
  const {answered} = await daemon.round()
  expect(answered).toMatchObject([{ok: false, outcome: 'failed', detail: expect.stringContaining('(configuration)')}])
})

test('a gateway that is down is told so, and once it is back the request is answered', async () => {
  const daemon = daemonOf()
  daemon.ask(await openclaw.wedge(id))
  await openclaw.stop()
  expect((await daemon.round()).waiting[0]?.reason).toContain('its gateway is down')
  await openclaw.start()
  const {answered} = await daemon.round()
  // Starting up, OpenClaw takes away the markers of runs that it does not have.
  expect(answered).toMatchObject([{ok: true}])
  await expectHealthy()
})
