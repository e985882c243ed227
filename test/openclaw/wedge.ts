import {existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {RealJob} from './real-openclaw.js'
import {until} from './until.js'

/** What is normal for the job of these tests; a wedged one has a marker that is older. */
export const maxRunningSeconds = 5

/** How a job is made to get stuck. */
export interface Wedge {
  /** What `cron add` is told about the job's work. */
  readonly payload: readonly string[]
  /** Returns the marker of the run that is stuck. */
  wedge(id: string): Promise<number>
}

interface Place {
  readonly dir: string
  readonly home: string
  job(id: string): Promise<RealJob>
}

/** From 2026.6 on a job may be a command: its next run hangs for real, and ends when its file goes. */
export function hangingRun({dir, job}: Place): Wedge {
  const script = `f=${dir}/hanging-$$; if mv ${dir}/hang $f 2>/dev/null; then while [ -e $f ]; do sleep 1; done; fi`
  return {
    payload: ['--command', script, '--timeout-seconds', '600', '--no-deliver'],
    wedge: async (id) => {
      for (const name of readdirSync(dir)) if (name.startsWith('hanging-')) rmSync(join(dir, name))
      writeFileSync(join(dir, 'hang'), '')
      let marker = Number.NaN
      await until('a run that hangs', async () => {
        marker = (await job(id)).state.runningAtMs ?? Number.NaN
        return !existsSync(join(dir, 'hang')) && Date.now() - marker > (maxRunningSeconds + 1) * 1000
      })
      return marker
    },
  }
}

/** Before, the marker of a run that is long gone is written into the store, where a crash would have left it. */
export function forgottenMarker({home, job}: Place): Wedge {
  return {
    payload: ['--session', 'main', '--system-event', 'tick', '--wake', 'next-heartbeat'],
    wedge: async (id) => {
      const marker = Date.now() - 4_000_000
      for (let tries = 0; tries < 10; tries += 1) {
        writeMarker(join(home, '.openclaw/cron'), id, marker)
        // A run that is just ending overwrites the file; the scheduler reads it at its next tick.
        for (let reads = 0; reads < 5; reads += 1) {
          if ((await job(id)).state.runningAtMs === marker) return marker
        }
      }
      throw new Error('the scheduler never took up the marker')
    },
  }
}

type State = Record<string, unknown>

/** 2026.5 keeps the states in a file of their own, by id; before, each stands in its job. */
function writeMarker(folder: string, id: string, runningAtMs: number): void {
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
