import {spawn} from 'node:child_process'
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {processes, readProc} from './processes.js'
import {removeFolder} from './remove-folder.js'

const root = join(import.meta.dirname, '../..')

/** Which of the two forms is under test: GUARD_FORM=standalone, or else Node's. */
export const form = process.env['GUARD_FORM'] === 'standalone' ? 'standalone' : 'node'

/** What people call, in either form. */
export const guardBins = {node: join(root, 'bin/guard'), standalone: join(root, 'dist/standalone/guard')}
export const guardBin = guardBins[form]

/** The Node that runs these tests runs guard too, whatever is on its path. */
export const nodeEnv: Record<string, string> = form === 'node' ? {GUARD_NODE: process.execPath} : {}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** A file of JavaScript that guard runs before its own code: a fault to order. */
  readonly preload?: string
}

/** A private directory in which guard runs as under cron: no terminal, no inherited environment. */
export interface Sandbox {
  readonly dir: string
  readonly stateDir: string
  path(name: string): string
  write(name: string, text: string, mode?: number): string
  env(): Record<string, string>
  /** Starts guard and returns at once. */
  start(args: readonly string[], options?: RunOptions): Running
  guard(...args: string[]): Promise<Ended>
  /** A line of shell in which `guard` is the program under test, for redirections and pipes. */
  sh(line: string, options?: RunOptions): Promise<Ended>
  startSh(line: string, options?: RunOptions): Running
  guardWith(options: RunOptions, ...args: string[]): Promise<Ended>
  /** The records in the file with the stable name of a journal. */
  journal(name: string): RawRecord[]
  /** The output of a job, without the header lines of its runs. */
  log(job: string): string
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** The standard output so far. */
  stdout(): string
  kill(signal: NodeJS.Signals): void
}

/** The launcher keeps the runtime's own options away, so what is to be loaded before guard goes past it. */
function program(preload: string | undefined): readonly string[] {
  if (preload === undefined) return [guardBin]
  if (form === 'node') return [process.execPath, '--require', preload, join(root, 'dist/guard.cjs')]
  return ['/usr/bin/env', `BUN_OPTIONS=--preload=${preload}`, `${guardBin}.bin`]
}

/** Ends the processes that send alerts and that runs have left: they write until then. */
export function endDeliverers(dir: string): void {
  for (const {pid} of processes()) {
    const words = readProc(pid, 'cmdline').split('\0')
    if (words.includes('alerts') && words.some((word) => word.startsWith(dir))) killHard(pid)
  }
}

export function createSandbox(): Sandbox {
  const dir = mkdtempSync(join(tmpdir(), 'guard-test-'))
  onTestFinished(() => {
    endDeliverers(dir)
    return removeFolder(dir)
  })
  const stateDir = join(dir, 'state')
  mkdirSync(join(dir, 'home'))
  mkdirSync(join(dir, 'bin'))
  symlinkSync(guardBin, join(dir, 'bin/guard'))
  const env = () => ({
    PATH: `${dir}/bin:/usr/bin:/bin`,
    HOME: join(dir, 'home'),
    GUARD_STATE_DIR: stateDir,
    COLUMNS: '80',
    TZ: 'UTC',
    ...nodeEnv,
  })
  const start = (args: readonly string[], options: RunOptions = {}) =>
    startProcess([...program(options.preload), ...args], {cwd: dir, ...options, env: {...env(), ...options.env}})
  const startSh = (line: string, options: RunOptions = {}) =>
    startProcess(['/bin/sh', '-c', line], {cwd: dir, ...options, env: {...env(), ...options.env}})
  return {
    dir,
    stateDir,
    env,
    start,
    startSh,
    sh: (line, options) => startSh(line, options).ended,
    path: (name) => join(dir, name),
    write: (name, text, mode = 0o644) => {
      const path = join(dir, name)
      mkdirSync(join(path, '..'), {recursive: true})
      writeFileSync(path, text, {mode})
      return path
    },
    guard: (...args) => start(args).ended,
    guardWith: (options, ...args) => start(args, options).ended,
    journal: (name) => parseLines(readFileSync(join(stateDir, name), 'utf8')),
    log: (job) => withoutHeaders(readFileSync(join(stateDir, 'logs', `guardian_${job}_output.log`), 'utf8')),
  }
}

/** The lines that guard writes before the output of each run. */
function withoutHeaders(log: string): string {
  return log.replaceAll(/^--- \S+Z run \S+ ---\n/gm, '')
}

/**
 * As docs/journal.md says how to read: the last line may still be in the middle of being written, and a line of blanks is
 * garbage, by a writer that had taken the line of another for one that nobody would end.
 */
export function parseLines(text: string): RawRecord[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as RawRecord)
}

interface ProcessOptions {
  readonly cwd: string
  readonly env: Record<string, string>
  readonly input?: string
}

function startProcess([file = '', ...args]: readonly string[], {cwd, env, input}: ProcessOptions): Running {
  const child = spawn(file, args, {cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']})
  if (input !== undefined) child.stdin?.end(input)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (piece: Buffer) => out.push(piece))
  child.stderr?.on('data', (piece: Buffer) => err.push(piece))
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString()})
    })
  })
  return {
    pid: child.pid ?? 0,
    ended,
    stdout: () => Buffer.concat(out).toString(),
    kill: (signal) => child.kill(signal),
  }
}

/** Polls until a condition holds. A test that waits for a fixed time would be slow or unreliable. */
export async function until(condition: () => boolean, what: string, limitMs = 25_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const isRoot = process.getuid?.() === 0

const nobody = 65_534

/** A line of shell that runs as an ordinary user: root gives the sandbox to `nobody` and changes to that user. */
export function asOrdinaryUser(box: Sandbox, line: string): string {
  if (!isRoot) return line
  for (const path of [box.dir, ...filesIn(box.dir).map((file) => join(box.dir, file))]) lchownSync(path, nobody, nobody)
  const file = box.write('as-user.sh', line)
  chmodSync(file, 0o644)
  return `exec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups /bin/sh ${file}`
}

/** Whether a process with this number runs, or a thread of it: one that was killed ends thread by thread. */
export function isAlive(pid: number): boolean {
  const stat = readProc(pid, 'stat')
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const threads = Number(fields[16])
  return stat !== '' && (!/[ZX]/.test(state ?? '') || threads > 1)
}

/** Ends a process and its group after the test. */
export function endAfterTest(pid: number): void {
  onTestFinished(() => {
    killHard(-pid)
    killHard(pid)
  })
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}

/** All files below a folder. */
export function filesIn(dir: string): string[] {
  return readdirSync(dir, {recursive: true, encoding: 'utf8'}).sort()
}
