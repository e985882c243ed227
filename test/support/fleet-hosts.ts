import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import {guardBin, nodeEnv, until} from './sandbox.js'

/**
 * Hosts of a fleet on one machine: each has a state directory, settings with a name, and a wall clock of its own. Their
 * monotonic clock is the machine's, so a test can tell what happened at once.
 */

const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketime.so.1`)
  .find(existsSync)

/** Why no host can have a clock of its own; undefined if it can. */
export const faketimeObstacle = library === undefined ? 'libfaketime is not installed' : undefined

/** The environment of a process whose wall clock is ahead by so many seconds, or begins at a time (`@2026-11-28 02:00:00`). */
export function clockEnv(clock: number | string): Record<string, string> {
  if (clock === 0) return {}
  return {...withFaketime, FAKETIME: typeof clock === 'string' ? clock : `${clock > 0 ? '+' : ''}${clock}`}
}

/** The environment of a process whose wall clock is ahead by what a file says (`+2h`) at that moment. */
export function followedClockEnv(file: string): Record<string, string> {
  return {...withFaketime, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1'}
}

const withFaketime = {
  LD_PRELOAD: library ?? '',
  // The name differs by version.
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
}

/** The job that every host runs; `facts` and `resource` are files that all of them share. */
export const fleetJob = (facts: string, resource: string, ...more: readonly string[]) => [
  ...['python3', '-I', '-S', join(import.meta.dirname, 'fleet-job.py'), facts, resource],
  ...more,
]

export interface HostEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface HostRun {
  readonly pid: number
  readonly child: ChildProcess
  readonly ended: Promise<HostEnd>
}

export interface FleetHost {
  readonly name: string
  readonly dir: string
  readonly stateDir: string
  /** Starts guard on this host. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): HostRun
  guard(...args: string[]): Promise<HostEnd>
  /** Signals all processes of the host: guard, logger, job. */
  signalAll(signal: NodeJS.Signals): void
}

interface HostOptions {
  readonly url: string
  /** All but `fleet.host` and the store. */
  readonly settings: {readonly fleet?: object; readonly [key: string]: unknown}
  /** See `clockEnv`. */
  readonly clock?: number | string
}

/** Makes a host in a folder of its own below `root`. Its processes end with the test. */
export function fleetHost(root: string, name: string, {url, settings, clock = 0}: HostOptions): FleetHost {
  const dir = join(root, name)
  const stateDir = join(dir, 'state')
  mkdirSync(join(dir, 'home'), {recursive: true})
  const fleet = {postgres: {env: 'GUARD_FLEET_URL'}, host: name, ...settings.fleet}
  writeFileSync(join(dir, '.guardianrc.json'), JSON.stringify({...settings, fleet}))
  const mark = `TEST_HOST_DIR=${dir}`
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: join(dir, 'home'),
    GUARD_STATE_DIR: stateDir,
    GUARD_FLEET_URL: url,
    TEST_HOST: name,
    TEST_HOST_DIR: dir,
    TZ: 'UTC',
    ...nodeEnv,
    ...clockEnv(clock),
  }
  const signalAll = (signal: NodeJS.Signals) => {
    for (const pid of processesWith(mark)) trySignal(pid, signal)
  }
  // All have to be gone before their folder is removed, and one of them may have been starting another.
  onTestFinished(async () => {
    const isOver = () => {
      signalAll('SIGKILL')
      return processesWith(mark).length === 0
    }
    await until(isOver, `the end of ${name}`)
  })
  const start = (args: readonly string[], more: Readonly<Record<string, string>> = {}): HostRun => {
    const child = spawn(guardBin, args, {cwd: dir, env: {...env, ...more}, stdio: ['ignore', 'pipe', 'pipe']})
    return {child, pid: child.pid ?? 0, ended: endOf(child)}
  }
  return {name, dir, stateDir, start, guard: (...args) => start(args).ended, signalAll}
}

/** A job that outlives guard keeps the pipes open, so the end is that of the process. */
async function endOf(child: ChildProcess): Promise<HostEnd> {
  const pieces = {stdout: '', stderr: ''}
  child.stdout?.on('data', (piece: Buffer) => {
    pieces.stdout += piece.toString()
  })
  child.stderr?.on('data', (piece: Buffer) => {
    pieces.stderr += piece.toString()
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  await new Promise((resolve) => setImmediate(resolve))
  return {code, signal, ...pieces}
}

function processesWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => environmentOf(name).includes(mark))
    .map(Number)
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
