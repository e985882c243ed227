import {type ChildProcess, spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {execa} from 'execa'
import {probeGateway} from '../../src/system/openclaw/probe-gateway.js'
import {closedPort} from '../support/http-receiver.js'
import {until} from './until.js'
import {forgottenMarker, hangingCommand, hangingRun, type Wedge} from './wedge.js'

/** As in install.mjs. */
export const version = process.env['OPENCLAW_VERSION'] ?? '2026.5.28'
const installed = process.env['GUARD_OPENCLAW_DIR'] ?? join(tmpdir(), `guard-openclaw-${version}`)
const node = join(installed, 'node_modules/node/bin/node')
const script = join(installed, 'node_modules/openclaw/openclaw.mjs')

/** Whether the OpenClaw of these tests is older. */
export function isBefore(other: string): boolean {
  return version.localeCompare(other, 'en', {numeric: true}) < 0
}

export const token = 'a-token-of-this-test'

export interface RealJob {
  readonly id: string
  readonly enabled: boolean
  readonly state: {readonly runningAtMs?: number; readonly nextRunAtMs?: number; readonly lastRunAtMs?: number}
}

/** A gateway on loopback with its own home, and its command line. */
export interface RealOpenClaw {
  readonly dir: string
  readonly url: string
  readonly command: readonly string[]
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /** Runs the command line and returns what it printed. */
  cli(...args: string[]): Promise<string>
  /** Adds the job of these tests, every 10 s; returns what was printed. */
  addJob(): Promise<string>
  job(id: string): Promise<RealJob>
  /** Makes the job get stuck; returns the marker of the run. */
  readonly wedge: Wedge
  /** Makes its next run hang for real; from 2026.6 on. */
  readonly hang: Wedge
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
  start(): Promise<void>
  remove(): void
}

export async function createOpenClaw(): Promise<RealOpenClaw> {
  const dir = mkdtempSync(join(tmpdir(), 'guard-e2e-'))
  const port = await closedPort()
  const url = `http://127.0.0.1:${port}`
  const home = join(dir, 'home')
  mkdirSync(join(home, '.openclaw'), {recursive: true})
  mkdirSync(join(dir, 'tmp'))
  const gateway = {mode: 'local', bind: 'loopback', port, auth: {mode: 'token'}}
  const config = {gateway, plugins: {enabled: false}, agents: {defaults: {heartbeat: {every: '0m'}}}}
  writeFileSync(join(home, '.openclaw/openclaw.json'), JSON.stringify(config))
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    TMPDIR: join(dir, 'tmp'),
    OPENCLAW_GATEWAY_TOKEN: token,
    OPENCLAW_GATEWAY_PORT: `${port}`,
    OPENCLAW_SKIP_CHANNELS: '1',
    OPENCLAW_DISABLE_BONJOUR: '1',
    OPENCLAW_NO_AUTO_UPDATE: '1',
    OPENCLAW_NO_RESPAWN: '1',
    OPENCLAW_OFFLINE: '1',
  }
  let running: ChildProcess | undefined

  const cli = async (...args: string[]) => {
    const options = {env, extendEnv: false, cwd: dir, stdin: 'ignore', timeout: 60_000} as const
    return (await execa(node, [script, ...args], options)).stdout
  }
  // `cron get` came with 2026.5.
  const job = async (id: string) => {
    const {jobs} = JSON.parse(await cli('cron', 'list', '--all', '--json')) as {jobs: readonly RealJob[]}
    const found = jobs.find((one) => one.id === id)
    if (!found) throw new Error(`OpenClaw has no job ${id}`)
    return found
  }
  const runsCommands = !isBefore('2026.6')
  const payload = runsCommands
    ? ['--command', hangingCommand(dir), '--timeout-seconds', '600', '--no-deliver']
    : ['--session', 'main', '--system-event', 'tick', '--wake', 'next-heartbeat']
  const place = {dir, home, node, job}
  const isReady = async () => {
    const health = await probeGateway(url)
    if (health !== 'unclear') return health === 'ready'
    // Before 2026.5 the gateway has no address for this.
    const status = cli('cron', 'status', '--json')
    return await status.then(
      () => true,
      () => false,
    )
  }

  return {
    dir,
    url,
    command: [node, script],
    script,
    env,
    cli,
    job,
    addJob: () => cli('cron', 'add', '--name', 'Tick', '--every', '10s', ...payload, '--json'),
    wedge: isBefore('2026.8') ? forgottenMarker(place) : hangingRun(place),
    hang: hangingRun(place),
    signal: (name) => void running?.kill(name),
    start: async () => {
      const log = openSync(join(dir, 'gateway.log'), 'a')
      const args = ['gateway', 'run', '--allow-unconfigured', '--bind', 'loopback', '--port', `${port}`]
      running = spawn(node, [script, ...args], {cwd: dir, env, stdio: ['ignore', log, log]})
      await until('the gateway is ready', isReady, {everyMs: 500}).catch((error: Error) => {
        throw new Error(`${error.message}\n${readFileSync(join(dir, 'gateway.log'), 'utf8').slice(-2000)}`)
      })
    },
    stop: async () => {
      const child = running
      running = undefined
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // A stopped process does not receive TERM.
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(hard)
    },
    remove: () => rmSync(dir, {recursive: true, force: true}),
  }
}
