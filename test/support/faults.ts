import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import type {Ended, Sandbox} from './sandbox.js'

/** Faults in the system calls of the built program, made by strace; the processes that it starts are not touched. */

/** Why no fault can be made here; undefined if they can. */
export const straceObstacle =
  spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0 ? undefined : 'strace cannot trace here'

/** One system call of guard's own on a file of guard's own, the n-th of its name. */
export interface FileCall {
  readonly name: string
  readonly nth: number
}

/** What is about a descriptor and not about its file. */
const notOnFiles = /^(execve|fcntl|ioctl|epoll_\w+|mmap|pipe2?|dup\d?|poll|select|socket\w*|chdir|getcwd)$/

/** Where guard's own files are, in the sandbox. */
const ownPlaces = /^(state|home|locks|\.guardianrc)/

/** Whether a line of a trace is about a file of guard's own. */
function isOwn(line: string, {dir}: Sandbox): boolean {
  const at = line.indexOf(`${dir}/`)
  return at >= 0 && ownPlaces.test(line.slice(at + dir.length + 1))
}

const nameOf = (line: string) => /^(\w+)\(/.exec(line)?.[1]

/**
 * The n-th call is another one now and then. A fault in a pipe of the runtime's own, which no kernel makes, leaves it waiting
 * for ever: `timeout` ends its whole group then. Seconds.
 */
const limitS = 60

/** @param env variables for guard, each as `NAME=value` */
function trace(box: Sandbox, options: readonly string[], {env = [], line}: Command): Promise<Ended> {
  const variables = env.map((each) => `-E ${each}`)
  return box.sh(
    `exec timeout --signal=KILL ${limitS} strace -qq -y -o ${box.path('trace')} ${options.join(' ')} ${variables.join(' ')} ${line}`,
  )
}

export interface Command {
  readonly line: string
  readonly env?: readonly string[]
}

/** All calls of guard on its files, in one run without a fault. */
export async function fileCalls(box: Sandbox, command: Command): Promise<FileCall[]> {
  await trace(box, ['-e', 'trace=%file,%desc'], command)
  const counts = new Map<string, number>()
  const found: FileCall[] = []
  for (const line of readFileSync(box.path('trace'), 'utf8').split('\n')) {
    const name = nameOf(line)
    if (name === undefined) continue
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    if (!notOnFiles.test(name) && isOwn(line, box)) found.push({name, nth})
  }
  return found
}

interface Faulted extends Ended {
  readonly ms: number
  /** The call that failed; undefined if none on a file of guard's own did, because it made others this time. */
  readonly hit: string | undefined
}

/** @param does as `inject` of strace has it: `error=EIO`, `delay_enter=2s` */
export async function withFault(box: Sandbox, command: Command, {name, nth}: FileCall, does: string): Promise<Faulted> {
  const begun = performance.now()
  const ended = await trace(box, [`-e trace=${name} -e inject=${name}:${does}:when=${nth}`], command)
  const ms = performance.now() - begun
  const lines = readFileSync(box.path('trace'), 'utf8').split('\n')
  return {...ended, ms, hit: lines.find((line) => /\((INJECTED|DELAYED)\)/.test(line) && isOwn(line, box))}
}

/** Keeps what is in the sandbox, and puts it back. */
export class Snapshot {
  private readonly box: Sandbox
  private readonly kept: string

  constructor(box: Sandbox) {
    this.box = box
    this.kept = box.path('kept')
    mkdirSync(this.kept)
    for (const name of this.names()) execFileSync('cp', ['-a', box.path(name), this.kept])
  }

  restore(): void {
    for (const name of this.names()) rmSync(this.box.path(name), {recursive: true, force: true})
    execFileSync('cp', ['-a', `${this.kept}/.`, this.box.dir])
  }

  private names(): string[] {
    return readdirSync(this.box.dir).filter((name) => name !== 'kept' && name !== 'bin' && name !== 'trace')
  }
}

/** What is left once no run is under way and must not be: leases, open runs, spools. */
export function leftBehind(box: Sandbox): string[] {
  const records = (name: string) => (existsSync(`${box.stateDir}/${name}`) ? box.journal(name) : [])
  const held = new Map<unknown, unknown>()
  for (const {kind, job} of records('leases.jsonl')) if (kind !== 'renewed' && kind !== 'snapshot') held.set(job, kind)
  const open = new Set<unknown>()
  for (const {kind, run} of records('runs.jsonl')) {
    if (kind === 'started') open.add(run)
    if (kind === 'ended' || kind === 'interrupted') open.delete(run)
  }
  const spools = existsSync(box.path('state/spool')) ? readdirSync(box.path('state/spool')) : []
  return [
    ...[...held].filter(([, kind]) => kind === 'claimed').map(([job]) => `the lease of ${job}`),
    ...[...open].map((run) => `the run ${run}`),
    ...spools.map((name) => `the spool ${name}`),
  ]
}
