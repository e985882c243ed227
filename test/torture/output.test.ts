import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {loggersIn, processes} from '../support/processes.js'
import {seeded} from '../support/random.js'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'

/**
 * Guards are killed at any moment of their runs, and now and then their loggers. Whatever a job has written before its
 * end is in the log, no second job of the name runs beside it, every run has one end, and no logger stays behind.
 */

const isLong = process.env['GUARD_TORTURE'] === 'long'
const kills = Number(process.env['GUARD_TORTURE_KILLS'] ?? (isLong ? 10_000 : 40))
const workers = 6
const keptLogs = 500
const lines = 200
/** Written in pieces, so that a kill falls between them. */
const script = `
[ ! -e $1.lock ] || echo double >> double
: > $1.lock
seq -f "$2-%g" 1 ${lines / 2}
sleep 0.02
seq -f "$2-%g" ${lines / 2 + 1} ${lines}
rm $1.lock
: > done/$2
`

interface Counts {
  killed: number
  /** Runs whose logger was killed: their output may lack a piece. */
  readonly damaged: Set<string>
  finished: number
}

/** The loggers of a guard: its shells have started them. */
function loggersOf(box: Sandbox, guard: number): number[] {
  const parents = new Map(processes().map(({pid, parent}) => [pid, parent]))
  return loggersIn(box.stateDir).flatMap(({pid, parent}) => (parents.get(parent) === guard ? [pid] : []))
}

/** It may have ended by itself meanwhile. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Kills what it starts at any moment of the time that a run takes. */
async function work(
  box: Sandbox,
  {worker, lastsMs}: {readonly worker: number; readonly lastsMs: number},
  counts: Counts,
): Promise<void> {
  const random = seeded(worker + 1).next
  for (let round = 0; counts.killed < kills; round++) {
    const id = `w${worker}r${round}`
    const args = ['--job', `j${worker}`, '--overlap', 'wait', '--', 'sh', 'job.sh', `j${worker}`, id]
    const running = box.start(['run', ...args])
    await sleep(random() * lastsMs * 1.2)
    if (random() < 0.1) {
      for (const pid of loggersOf(box, running.pid)) {
        counts.damaged.add(id)
        kill(pid)
      }
    } else {
      running.kill('SIGKILL')
      counts.killed += 1
    }
    await running.ended
  }
}

/** All that is kept of a job's output: a run beside one that may still write begins a file of its own. */
function logsOf(box: Sandbox, job: string): string[] {
  const folder = `${box.stateDir}/logs`
  const names = readdirSync(folder).filter((name) => name.startsWith(`guardian_${job}_output.log`))
  return names.map((name) => readFileSync(`${folder}/${name}`, 'latin1'))
}

/** How long a run takes while all workers run, ms. */
async function durationOfRuns(box: Sandbox): Promise<number> {
  const begun = performance.now()
  const runs = Array.from({length: workers}, (_, worker) =>
    box.guard('run', '--job', `j${worker}`, '--', 'sh', 'job.sh', `j${worker}`, `w${worker}first`),
  )
  await Promise.all(runs)
  return performance.now() - begun
}

test(`whatever ends guard, the log has what a job has written (${kills} kills)`, async () => {
  const box = createSandbox()
  const counts: Counts = {killed: 0, damaged: new Set(), finished: 0}
  box.write('.guardianrc.json', JSON.stringify({logs: {maxSize: '1GB', keep: keptLogs}}))
  box.write('job.sh', script)
  mkdirSync(box.path('done'))
  const lastsMs = await durationOfRuns(box)
  await Promise.all(Array.from({length: workers}, (_, worker) => work(box, {worker, lastsMs}, counts)))

  // Each waits for what is left of its job, and closes the run before.
  for (let worker = 0; worker < workers; worker++) {
    expect((await box.guard('run', '--job', `j${worker}`, '--overlap', 'wait', '--', 'true')).code).toBe(0)
  }
  await until(() => loggersIn(box.stateDir).length === 0, 'the end of all loggers')
  expect(existsSync(box.path('double')), 'two jobs at once').toBe(false)

  for (let worker = 0; worker < workers; worker++) {
    const found = new Map<string, number>()
    for (const line of logsOf(box, `j${worker}`).join('').split('\n')) {
      const id = line.slice(0, line.indexOf('-'))
      if (/^w\d+r\d+$/.test(id)) found.set(id, (found.get(id) ?? 0) + 1)
    }
    for (const id of readdirSync(box.path('done')).filter((name) => name.startsWith(`w${worker}r`))) {
      counts.finished += 1
      if (!counts.damaged.has(id)) expect([id, found.get(id)]).toEqual([id, lines])
    }
  }
  expect(counts.finished).toBeGreaterThan(0)

  const ends = new Map<string, number>()
  for (const {kind, run} of box.journal('runs.jsonl')) {
    if (kind === 'started') ends.set(`${run}`, ends.get(`${run}`) ?? 0)
    if (kind === 'ended' || kind === 'interrupted') ends.set(`${run}`, (ends.get(`${run}`) ?? 0) + 1)
  }
  expect([...ends].filter(([, count]) => count !== 1)).toEqual([])
  const files = readdirSync(`${box.stateDir}/logs`).length
  console.log({...counts, damaged: counts.damaged.size, files})
}, 3_600_000)
