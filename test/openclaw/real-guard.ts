import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {guardBin, nodeEnv, parseLines} from '../support/sandbox.js'
import {type RealOpenClaw, token} from './real-openclaw.js'
import {until} from './until.js'
import {maxRunningSeconds} from './wedge.js'

export interface Change {
  readonly command?: readonly string[]
  readonly token?: string
}

interface Ended {
  readonly code: number | null
}

export interface ResetRound extends Ended {
  readonly answered: readonly {ok: boolean; outcome: string; detail: string}[]
  readonly waiting: readonly {reason: string}[]
  readonly pending: readonly {state: string; detail: string}[]
}

export interface WatchdogRound extends Ended {
  readonly jobs: readonly {job: string; verdict: string; actions: readonly unknown[]; reason: string}[]
}

export type RealGuard = ReturnType<typeof guardOf>

/** guard with a state directory of its own and settings that know the one job, `tick`. */
export function guardOf(openclaw: RealOpenClaw, id: string, change: Change = {}) {
  const dir = mkdtempSync(join(openclaw.dir, 'guard-'))
  mkdirSync(join(dir, 'state'), {mode: 0o700})
  const settings = {
    stateDir: 'state',
    watchdog: {bootGrace: '0s'},
    resetDaemon: {minInterval: '0s'},
    openclaw: {
      command: change.command ?? openclaw.command,
      env: {...openclaw.env, OPENCLAW_GATEWAY_TOKEN: {env: 'TEST_TOKEN'}},
      timeout: '10s',
      url: openclaw.url,
      grace: '0s',
      jobs: {tick: {id, maxRunning: `${maxRunningSeconds}s`}},
    },
  }
  writeFileSync(join(dir, '.guardianrc.json'), JSON.stringify(settings))
  const env = {PATH: '/usr/local/bin:/usr/bin:/bin', HOME: dir, TEST_TOKEN: change.token ?? token, ...nodeEnv}
  const file = (name: string) => join(dir, 'state', name)
  const lines = (name = 'openclaw_reset_results.jsonl'): RawRecord[] => {
    if (!existsSync(file(name))) return []
    return parseLines(readFileSync(file(name), 'utf8'))
  }
  const start = (command: string): ChildProcess => {
    const child = spawn(guardBin, [command, '--json'], {cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit']})
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
  return {
    dir,
    lines,
    start,
    resetDaemon: () => endOf<ResetRound>(start('reset-daemon')),
    watchdog: () => endOf<WatchdogRound>(start('watchdog')),
    text: (name: string) => readFileSync(file(name), 'utf8'),
    /** Asks as another program would, with one line. */
    ask: (runningAtMs: number, jobId = id) => {
      const line = {
        job_id: jobId,
        job_name: 'Tick',
        reason: 'stuck',
        requested_at: new Date().toISOString(),
        attempts: 1,
      }
      const text = `${JSON.stringify({...line, running_at_ms: runningAtMs})}\n`
      writeFileSync(file('openclaw_reset_requests.jsonl'), text, {flag: 'a', mode: 0o600})
    },
    /** Waits until the reset daemon has written such a line. */
    seen: (fields: RawRecord) => {
      const isSuch = (line: RawRecord) => Object.entries(fields).every(([name, value]) => line[name] === value)
      return until(`${JSON.stringify(fields)} is on record`, async () => lines().some(isSuch), {everyMs: 20})
    },
  }
}

function endOf<T extends Ended>(child: ChildProcess): Promise<T> {
  const out: Buffer[] = []
  child.stdout?.on('data', (piece: Buffer) => out.push(piece))
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({code, ...JSON.parse(Buffer.concat(out).toString() || '{}')} as T))
  })
}
