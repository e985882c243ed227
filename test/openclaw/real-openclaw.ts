import {type ChildProcess, spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {type AddressInfo, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {execa} from 'execa'
import {probeGateway} from '../../src/system/openclaw/probe-gateway.js'

const installed = process.env['GUARD_OPENCLAW_DIR'] ?? join(tmpdir(), 'guard-openclaw-2026.5.28')
const node = join(installed, 'node_modules/node/bin/node')
const script = join(installed, 'node_modules/openclaw/openclaw.mjs')

export const token = 'a-token-of-this-test'

export interface RealJob {
  readonly id: string
  readonly enabled: boolean
  readonly state: {readonly runningAtMs?: number; readonly nextRunAtMs?: number; readonly lastRunAtMs?: number}
}

/** A gateway on loopback with a home of its own, and the command line to it. */
export interface RealOpenClaw {
  readonly dir: string
  readonly url: string
  readonly command: readonly string[]
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /** Runs the command line and returns what it printed. */
  cli(...args: string[]): Promise<string>
  job(id: string): Promise<RealJob>
  /** Leaves the marker of a run that is long gone, as a crash does; returns the marker. */
  wedge(id: string): Promise<number>
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
  start(): Promise<void>
  remove(): void
}

export async function createOpenClaw(): Promise<RealOpenClaw> {
  const dir = mkdtempSync(join(tmpdir(), 'guard-e2e-'))
  const port = await freePort()
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
  const job = async (id: string) => JSON.parse(await cli('cron', 'get', id)) as RealJob

  return {
    dir,
    url,
    command: [node, script],
    script,
    env,
    cli,
    job,
    wedge: async (id) => {
      const marker = Date.now() - 4_000_000
      for (let tries = 0; tries < 10; tries += 1) {
        writeMarker(home, id, marker)
        // A run that is just ending overwrites the file; the scheduler reads it at its next tick.
        for (let reads = 0; reads < 5; reads += 1) {
          if ((await job(id)).state.runningAtMs === marker) return marker
        }
      }
      throw new Error('the scheduler never took up the marker')
    },
    signal: (name) => void running?.kill(name),
    start: async () => {
      const log = openSync(join(dir, 'gateway.log'), 'a')
      const args = ['gateway', 'run', '--allow-unconfigured', '--bind', 'loopback', '--port', `${port}`]
      running = spawn(node, [script, ...args], {cwd: dir, env, stdio: ['ignore', log, log]})
      await untilReady(url, join(dir, 'gateway.log'))
    },
    stop: async () => {
      const child = running
      running = undefined
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // A stopped process takes no TERM.
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(hard)
    },
    remove: () => rmSync(dir, {recursive: true, force: true}),
  }
}

function writeMarker(home: string, id: string, runningAtMs: number): void {
  const file = join(home, '.openclaw/cron/jobs-state.json')
  const store = JSON.parse(readFileSync(file, 'utf8')) as {jobs: Record<string, {state: Record<string, unknown>}>}
  const job = store.jobs[id]
  if (!job) throw new Error(`${file} does not know ${id}`)
  job.state['runningAtMs'] = runningAtMs
  writeFileSync(`${file}.new`, JSON.stringify(store))
  renameSync(`${file}.new`, file)
}

async function untilReady(url: string, log: string): Promise<void> {
  const deadline = Date.now() + 120_000
  while ((await probeGateway(url)) !== 'ready') {
    if (Date.now() > deadline)
      throw new Error(`the gateway never became ready:\n${readFileSync(log, 'utf8').slice(-2000)}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
