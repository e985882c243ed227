import {expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'
import {inTerminal} from '../support/terminal.js'

const hour = 3_600_000

function box(): Sandbox {
  const made = createSandbox()
  const settings = {
    hourly: {command: ['true'], schedule: '0 * * * *', timezone: 'UTC'},
    spread: {command: ['true'], schedule: '30 * * * *', timezone: 'UTC', spread: '10m'},
    often: {command: ['true'], schedule: '@every 90m'},
    a_report_with_quite_a_long_name: {
      command: ['true'],
      schedule: '*/15 1-3,8-10,20-22 1-31 jan-dec *',
      timezone: 'America/New_York',
      spread: '1h',
    },
    by_hand: {command: ['true']},
  }
  made.write('.guardianrc.json', JSON.stringify({jobs: settings}))
  return made
}

interface Coming {
  readonly at: string
  readonly slots: readonly {job: string; slot: string; dueAt: string; schedule: string; timezone: string | null}[]
}

async function next(made: Sandbox, ...args: string[]): Promise<Coming> {
  const {code, stdout} = await made.guard('scheduler', 'next', '--json', ...args)
  expect(code).toBe(0)
  return JSON.parse(stdout) as Coming
}

function writeRecords(made: Sandbox, at: number, records: readonly object[]): void {
  const stamp = {v: 1, at, mono: 1, boot: 'b', host: 'h'}
  const lines = records.map((record, index) => JSON.stringify({...stamp, id: `record00000${index}`, ...record}))
  made.write('state/scheduler.jsonl', `${lines.join('\n')}\n`, 0o600)
}

async function nextOf(made: Sandbox, job: string): Promise<string | undefined> {
  const {stdout} = await made.guard('status', job, '--json')
  return (JSON.parse(stdout) as {nextAt?: string}).nextAt
}

test('the slots of a job come one after the other, as many as were asked for', async () => {
  const {at, slots} = await next(box(), 'hourly', '--limit', '3')
  const first = Math.floor(Date.parse(at) / hour + 1) * hour
  const due = [0, 1, 2].map((later) => new Date(first + later * hour).toISOString())
  expect(slots).toEqual(due.map((slot) => ({job: 'hourly', slot, dueAt: slot, schedule: '0 * * * *', timezone: 'UTC'})))
})

test('spread makes each slot of a job due later by the same span', async () => {
  const {slots} = await next(box(), 'spread', '--limit', '2')
  const [one = 0, other = 1] = slots.map(({slot, dueAt}) => Date.parse(dueAt) - Date.parse(slot))
  expect(one).toBe(other)
  expect(one).toBeGreaterThan(0)
  expect(one).toBeLessThan(600_000)
})

test('the slots of all jobs are in the order in which they are due', async () => {
  const {slots} = await next(box(), '--limit', '20')
  expect(new Set(slots.map(({job}) => job)).size).toBeGreaterThan(1)
  const due = slots.map(({dueAt}) => dueAt)
  expect(due).toEqual(due.toSorted())
})

test('@every is counted from the last start', async () => {
  const made = box()
  await made.guard('run', 'often')
  const started = Number(made.journal('runs.jsonl').find(({kind}) => kind === 'started')?.['at'])
  const {slots} = await next(made, 'often', '--limit', '1')
  expect(slots.map(({slot}) => Date.parse(slot))).toEqual([started + 1.5 * hour])
})

test('before the first start @every is counted as the scheduler counts it', async () => {
  const made = box()
  const since = Date.now() - 1000
  writeRecords(made, since, [{kind: 'adopted', job: 'often', schedule: '@every 90m'}])
  const {slots} = await next(made, 'often', '--limit', '1')
  expect(slots.map(({slot}) => Date.parse(slot))).toEqual([since + 1.5 * hour])
})

test.each(['spread', 'often'])('status says of %s what the scheduler that is on duty does', async (job) => {
  const made = box()
  const since = Date.now() - 1000
  const adopted = Object.entries({spread: '30 * * * * UTC', often: '@every 90m'}).map(([name, schedule]) => ({
    ...{kind: 'adopted', job: name, schedule},
  }))
  const started = {kind: 'started', pid: 1}
  writeRecords(made, since, [started, ...adopted])
  const due = async () => (await next(made, job, '--limit', '1')).slots[0]?.dueAt
  let [first, said] = [await due(), await nextOf(made, job)]
  // Between the two questions a slot may have become due.
  if ((await due()) !== first) [first, said] = [await due(), await nextOf(made, job)]
  expect(said).toBe(first)
  writeRecords(made, since, [started, ...adopted, {kind: 'stopped', reason: 'TERM'}])
  const undelayed = await nextOf(made, job)
  if (job === 'often') expect(undelayed).toBe(undefined)
  else expect(undelayed).toMatch(/:30:00\.000Z$/)
})

test('a table of the slots fits into 80 columns, and says zone and spread', async () => {
  const {stdout} = await inTerminal(box(), 'guard scheduler next --limit 40 --no-color')
  expect(stdout).toContain('DUE')
  expect(stdout).toContain('America/New_York')
  expect(stdout).toContain('spread')
  expect(stdout.split(/\r?\n/).filter((line) => line.length > 80)).toEqual([])
})

test.each([
  ['by_hand', 'by_hand has no schedule in the settings'],
  ['often', 'often is counted from its first start, and the scheduler has not seen it yet'],
])('that %s has no slots is said', async (job, text) => {
  expect(await box().guard('scheduler', 'next', job)).toMatchObject({code: 0, stdout: `${text}\n`})
})

test('an unknown job is 64, and the nearest name is said', async () => {
  const {code, stderr} = await box().guard('scheduler', 'next', 'hourli')
  expect(code).toBe(64)
  expect(stderr).toContain('did you mean hourly?')
})
