import {type ChildProcess, spawn} from 'node:child_process'
import {closeSync, openSync, readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Kind} from './kind.js'
import type {Round} from './rounds.js'
import {type Launch, readNotes} from './truth.js'
import type {Workplace} from './workplace.js'

interface Timing {
  readonly tickMs: number
  readonly ticks: number
  /** For each kind, the tick of its first start. */
  readonly phaseOf: (kind: Kind) => number
}

/** What a soak did, by its own notes. */
export interface Happened {
  readonly launches: readonly Launch[]
  readonly rounds: readonly Round[]
  /** Ends what still runs, once everything has been looked at. */
  readonly endAll: () => Promise<void>
}

/**
 * Starts all jobs that are due at a tick and one round of the watchdog in the same instant, as cron does at the top of
 * the minute, tick after tick. Then lets the runs end and makes two last rounds.
 */
export async function soak(place: Workplace, kinds: readonly Kind[], timing: Timing): Promise<Happened> {
  const {tickMs, ticks, phaseOf} = timing
  const world: World = {place, launches: [], rounds: [], running: new Map()}
  // The watchdog was there before the jobs: without any round on record each run would tell its own trouble.
  await round(world, [])
  const beganAt = Date.now()
  const pending: Promise<unknown>[] = []
  for (let tick = 0; tick < ticks; tick++) {
    await sleep(Math.max(0, beganAt + tick * tickMs - Date.now()))
    for (const kind of kinds) kind.atTick?.(place)
    for (const kind of kinds) {
      const since = tick - phaseOf(kind)
      if (kind.periodTicks === undefined || since < 0 || since % kind.periodTicks !== 0) continue
      const launched = launch(world, kind, since / kind.periodTicks)
      if (launched) pending.push(launched)
    }
    // Every second one tells all that it thinks; the others say what a crontab's line would mail.
    pending.push(round(world, tick % 2 === 0 ? [] : ['--json']))
  }
  await drain(world, tickMs)
  await round(world, [])
  for (const kind of kinds) kind.atTick?.(place)
  await round(world, ['--json'])
  return {launches: world.launches, rounds: world.rounds, endAll: () => endAll(world, pending)}
}

interface World {
  readonly place: Workplace
  readonly launches: Launch[]
  readonly rounds: Round[]
  /** guard's process of each run that goes on. */
  readonly running: Map<Launch, ChildProcess>
}

function launch(world: World, kind: Kind, n: number): Promise<unknown> | undefined {
  const {place, running} = world
  const plan = kind.plan(n)
  if (!plan) return undefined
  const said = openSync(place.path(`said/${kind.name}`), 'a')
  const [file, ...args] = place.guard
  const started: Launch = {job: kind.name, n, plan, launchedAt: Date.now(), exitedAt: undefined}
  const child = spawn(file, [...args, 'run', kind.name], {
    cwd: place.dir,
    env: {...place.env, SOAK_N: String(n), SOAK_DOES: plan.does},
    stdio: ['ignore', said, said],
  })
  closeSync(said)
  world.launches.push(started)
  running.set(started, child)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (_code, signal) => {
      started.exitedAt = Date.now()
      // On a busy machine the job may have ended well before its guard could be killed.
      if (plan.kills && signal === null) started.plan = {...plan, outcome: 'healthy'}
      running.delete(started)
      resolve()
    })
  })
  return plan.kills ? Promise.all([exited, killOnceStarted(world, started, child)]) : exited
}

async function killOnceStarted({place}: World, {job, n, plan}: Launch, guard: ChildProcess): Promise<void> {
  const started = () => readNotes(place, job).find((note) => note.n === n)
  while (!started() && guard.exitCode === null) await sleep(20)
  const pid = started()?.pid
  guard.kill('SIGKILL')
  if (plan.kills === 'guard-and-job' && pid !== undefined) killGroup(pid)
}

/** The job's whole group; it is never the harness's own, because guard gives each job one. */
function killGroup(pid: number): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    process.kill(-Number(stat.slice(stat.lastIndexOf(')')).split(' ')[3]), 'SIGKILL')
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

function round({place, rounds}: World, flags: readonly string[]): Promise<void> {
  const [file, ...args] = place.guard
  const startedAt = Date.now()
  const child = spawn(file, [...args, 'watchdog', ...flags], {
    cwd: place.dir,
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pieces: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  child.stderr.resume()
  return new Promise((resolve) => {
    child.once('close', (code) => {
      rounds.push({startedAt, exitedAt: Date.now(), code, stdout: Buffer.concat(pieces).toString()})
      resolve()
    })
  })
}

/** Waits for the runs that end by themselves; one that hangs without a limit goes on. */
async function drain({running}: World, tickMs: number): Promise<void> {
  const until = Date.now() + 30 * tickMs
  while ([...running.keys()].some(({plan}) => !plan.isEndless) && Date.now() < until) await sleep(20)
}

async function endAll({running}: World, pending: readonly Promise<unknown>[]): Promise<void> {
  for (const child of running.values()) child.kill('SIGTERM')
  await Promise.all(pending)
}
