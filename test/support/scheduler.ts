import {readFileSync} from 'node:fs'
import {expect, onTestFinished} from 'vitest'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {createSandbox, type Ended, isAlive, type RunOptions, type Sandbox, until} from './sandbox.js'

/** A sandbox with settings, whose schedulers and jobs are ended after the test. */
export interface SchedulerBox extends Sandbox {
  /** The records of the scheduler of one kind; none without a journal. */
  records(kind: string): readonly RawRecord[]
  runs(kind: string): readonly RawRecord[]
  /** Process numbers of the schedulers that live. */
  living(): readonly number[]
  settings(text: string): string
  /** `guard scheduler start`, which must work. */
  begin(options?: RunOptions): Promise<number>
  status(): Promise<{readonly code: number | null; readonly json: Readonly<Record<string, unknown>>}>
}

export function schedulerBox(jobs: string): SchedulerBox {
  const box = createSandbox()
  const file = box.write('.guardianrc', settingsOf(jobs), 0o600)
  const read = (name: string): readonly RawRecord[] => {
    try {
      return box.journal(name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }
  const records = (kind: string) => read('scheduler.jsonl').filter((record) => record['kind'] === kind)
  const living = () =>
    records('started')
      .map((record) => Number(record['pid']))
      .filter((pid) => isAlive(pid) && isSchedulerOf(box, pid))
  onTestFinished(async () => {
    for (const pid of living()) process.kill(pid, 'SIGKILL')
    await box.guard('scheduler', 'stop', '--jobs')
  })
  return {
    ...box,
    records,
    living,
    runs: (kind) => read('runs.jsonl').filter((record) => record['kind'] === kind),
    settings: (text) => box.write('.guardianrc', settingsOf(text), 0o600),
    begin: async (options = {}) => {
      const started = await box.guardWith(options, 'scheduler', 'start', '--json')
      expect(started).toMatchObject({code: 0, stderr: ''})
      return (JSON.parse(started.stdout) as {pid: number}).pid
    },
    status: async () => {
      const {code, stdout} = await box.guard('scheduler', 'status', '--json', '--config', file)
      return {code, json: JSON.parse(stdout) as Readonly<Record<string, unknown>>}
    },
  }
}

function settingsOf(jobs: string): string {
  return `jobs:\n${jobs
    .split('\n')
    .filter(Boolean)
    .map((line) => `  ${line}`)
    .join('\n')}\n`
}

function isSchedulerOf({dir}: Sandbox, pid: number): boolean {
  const of = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0')
  return of('cmdline').includes('scheduler') && of('environ').includes(`GUARD_STATE_DIR=${dir}/state`)
}

/** A job that is started each second, and what it writes each time. */
export function eachSecond(box: {path(name: string): string}, more = ''): string {
  return `tick: {command: [sh, -c, 'echo x >> ${box.path('ticks')}'], schedule: '* * * * * *', overlap: allow${more}}`
}

export async function untilRecords(
  of: () => readonly unknown[],
  count: number,
  what: string,
  limitMs = 30_000,
): Promise<void> {
  await until(() => of().length >= count, `${count} ${what}`, limitMs)
}

export type {Ended}

/** The alerts that were raised, by their keys: of two processes that raise one at once, the second record is void. */
export function raisedBy(box: Sandbox): ReadonlySet<unknown> {
  const raised = box.journal('alerts.jsonl').filter(({kind}) => kind === 'raised')
  return new Set(raised.map(({key}) => key))
}
