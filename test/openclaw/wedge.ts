import {spawnSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {RealJob} from './real-openclaw.js'
import {until} from './until.js'

/** Longest normal run of the job of these tests. */
export const maxRunningSeconds = 5

interface Place {
  readonly dir: string
  readonly home: string
  /** The Node that runs OpenClaw. */
  readonly node: string
  job(id: string): Promise<RealJob>
}

/** Makes a job get stuck; returns the marker of the run. */
export type Wedge = (id: string) => Promise<number>

/** The work of a job that hangs once, when the file `hang` is there; from 2026.6 on a job may be a command. */
export function hangingCommand(dir: string): string {
  return `f=${dir}/hanging-$$; if mv ${dir}/hang $f 2>/dev/null; then while [ -e $f ]; do sleep 1; done; fi`
}

/** Makes the next run hang for real. It ends when its file goes. */
export function hangingRun({dir, job}: Place): Wedge {
  return async (id) => {
    for (const name of readdirSync(dir)) if (name.startsWith('hanging-')) rmSync(join(dir, name))
    writeFileSync(join(dir, 'hang'), '')
    let marker = Number.NaN
    await until('a run that hangs', async () => {
      marker = (await job(id)).state.runningAtMs ?? Number.NaN
      return !existsSync(join(dir, 'hang')) && Date.now() - marker > (maxRunningSeconds + 1) * 1000
    })
    return marker
  }
}

/** Leaves the marker of a run that ended long ago, as a crash does. From 2026.8 on the gateway clears it by itself. */
export function forgottenMarker({home, node, job}: Place): Wedge {
  return async (id) => {
    const marker = Date.now() - 4_000_000
    for (let tries = 0; tries < 10; tries += 1) {
      writeMarker({home, node}, id, marker)
      // A run that is just ending overwrites it; the scheduler reads it at its next tick.
      for (let reads = 0; reads < 5; reads += 1) {
        if ((await job(id)).state.runningAtMs === marker) return marker
      }
    }
    throw new Error('the scheduler never read the marker')
  }
}

type State = Record<string, unknown>

function writeMarker({home, node}: Pick<Place, 'home' | 'node'>, id: string, runningAtMs: number): void {
  const database = join(home, '.openclaw/state/openclaw.sqlite')
  if (existsSync(database)) writeRow(node, database, [runningAtMs, runningAtMs, id])
  else writeStore(join(home, '.openclaw/cron'), id, runningAtMs)
}

/** Since 2026.6. The Node of these tests may have no SQLite; OpenClaw's has. */
function writeRow(node: string, database: string, values: readonly unknown[]): void {
  const update = `UPDATE cron_jobs SET running_at_ms = ?, state_json = json_set(state_json, '$.runningAtMs', ?) WHERE job_id = ?`
  const script = `const {DatabaseSync} = require('node:sqlite')
const {changes} = new DatabaseSync(${JSON.stringify(database)}).prepare(${JSON.stringify(update)}).run(...${JSON.stringify(values)})
if (changes !== 1) throw new Error('no such job')`
  const {status, stderr} = spawnSync(node, ['-e', script], {encoding: 'utf8'})
  if (status !== 0) throw new Error(`${database}: ${stderr}`)
}

/** 2026.5 keeps the states by id in a separate file; before, each state is in its job. */
function writeStore(folder: string, id: string, runningAtMs: number): void {
  const apart = join(folder, 'jobs-state.json')
  const file = existsSync(apart) ? apart : join(folder, 'jobs.json')
  const {jobs, ...rest} = JSON.parse(readFileSync(file, 'utf8')) as {
    jobs: Record<string, {state: State}> | {id: string; state: State}[]
  }
  const job = Array.isArray(jobs) ? jobs.find((one) => one.id === id) : jobs[id]
  if (!job) throw new Error(`${file} does not know ${id}`)
  job.state['runningAtMs'] = runningAtMs
  writeFileSync(`${file}.new`, JSON.stringify({...rest, jobs}))
  renameSync(`${file}.new`, file)
}
