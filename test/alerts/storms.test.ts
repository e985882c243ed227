import {existsSync} from 'node:fs'
import {expect, test} from 'vitest'
import {until} from '../support/sandbox.js'
import {
  type Alertmanager,
  alertmanagerProgram,
  isLong,
  type Storm,
  startAlertmanager,
  startStorm,
} from '../support/storm.js'

/** The same stories for guard and for a real Alertmanager, with time compressed alike; both counts are printed. */

const factor = isLong ? 60 : 240
const minuteMs = 60_000 / factor
const hourMs = 60 * minuteMs
const farMs = 3_600_000

/** On a busy machine a process may stand still for so long. */
const slackMs = 5000

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Calls back for each of so many, spread over a time. @returns by how much it took longer, ms */
async function spread(count: number, overMs: number, each: (index: number) => unknown): Promise<number> {
  const begunMs = Date.now()
  for (let index = 0; index < count; index++) {
    await each(index)
    const aheadMs = begunMs + (overMs * (index + 1)) / count - Date.now()
    if (aheadMs > 1) await sleep(aheadMs)
  }
  return Math.max(0, Date.now() - begunMs - overMs)
}

/** So many more messages a storm may be that took longer, because the machine was busy. */
const moreFor = (lateMs: number) => Math.floor(lateMs / (5 * minuteMs))

interface Sides {
  readonly storm: Storm
  readonly manager: Alertmanager | undefined
  bad(job: string, line: string, cause?: string): void
  good(job: string, line: string, cause?: string): void
  /** Alertmanager has all that was posted. */
  posted(): Promise<unknown>
}

/** Alertmanager groups by what it is given: by the raw line, unless somebody has normalised the cause for it. */
async function bothSides(): Promise<Sides> {
  const storm = await startStorm({factor})
  const manager = existsSync(alertmanagerProgram) ? await startAlertmanager(factor) : undefined
  const posts: unknown[] = []
  return {
    storm,
    manager,
    bad: (job, line, cause = line) => {
      storm.trouble(job, line, cause === 'auth' ? 'auth' : 'connection')
      posts.push(manager?.post({job, cause}, Date.now() + farMs))
    },
    good: (job, line, cause = line) => {
      storm.recover(job)
      posts.push(manager?.post({job, cause}, Date.now()))
    },
    posted: () => Promise.all(posts),
  }
}

const rawLine = (index: number) =>
  `2026-01-05T12:${String(index % 60).padStart(2, '0')}:00Z pid ${1000 + index} connect to 10.0.0.${index % 250}:5432 failed: ECONNREFUSED`

async function finish(story: string, {storm, manager, posted}: Sides): Promise<readonly string[]> {
  await posted()
  // Alertmanager tells the end of a group after its interval, guard once it has lasted.
  await sleep(11 * minuteMs + 500)
  await until(() => nothingWaits(storm), 'nothing waits', 60_000)
  await storm.stop()
  const {all, resolved} = manager?.told() ?? {all: '-', resolved: '-'}
  console.log(`${story}: Alertmanager ${all} (${resolved} resolved), guard ${storm.arrived.length}`)
  return storm.arrived.map(({kind}) => kind)
}

/** Each alert is taken and each message has its end. */
function nothingWaits({box, arrived}: Storm): boolean {
  const records = existsSync(`${box.stateDir}/deliveries.jsonl`) ? box.journal('deliveries.jsonl') : []
  const ended = new Set(records.filter(({kind}) => kind === 'sent').map(({message}) => message))
  return arrived.every(({id}) => ended.has(id))
}

const longMs = 10 * hourMs + 120_000

test(
  '500 jobs with one cause within a minute, for an hour, are at most three messages, and the first comes soon',
  async () => {
    const sides = await bothSides()
    const begunMs = Date.now()
    const lateMs = await spread(500, minuteMs, (index) => sides.bad(`job-${index}`, rawLine(index)))
    await sleep(hourMs)
    await spread(500, minuteMs, (index) => sides.good(`job-${index}`, rawLine(index)))
    await until(() => sides.storm.arrived.at(-1)?.kind === 'recovery', 'the end', 30_000)
    await finish('500 jobs, one cause, one minute, an hour', sides)
    const {arrived} = sides.storm
    expect(arrived.length).toBeLessThanOrEqual(3 + moreFor(lateMs))
    console.log(`the first arrived ${(arrived[0]?.atMs ?? 0) - begunMs} ms after the first alert, starts included`)
    // Taken, decided and written by the deliverer, whose start is not compressed and takes long on a busy machine.
    const takenMs = Number(sides.storm.box.journal('deliveries.jsonl')[0]?.['at'])
    expect(Date.parse(arrived[0]?.at ?? '') - takenMs).toBeLessThan(35_000 / factor + slackMs)
    expect(arrived.at(-1)).toMatchObject({kind: 'recovery', jobCount: 500})
  },
  longMs,
)

test(
  '500 jobs spread over an hour, which recover over the next, are at most eight',
  async () => {
    const sides = await bothSides()
    await spread(500, hourMs, (index) => sides.bad(`job-${index}`, rawLine(index), 'connection'))
    await spread(500, hourMs, (index) => sides.good(`job-${index}`, rawLine(index), 'connection'))
    await until(() => sides.storm.arrived.at(-1)?.kind === 'recovery', 'the end', 30_000)
    const kinds = await finish('500 jobs spread over an hour, well over the next', sides)
    expect(kinds.length).toBeLessThanOrEqual(8)
    expect(kinds.filter((kind) => kind === 'recovery')).toHaveLength(1)
  },
  longMs,
)

test(
  'fourteen jobs with one cause and three with another are two messages each, none mixed',
  async () => {
    const sides = await bothSides()
    const lines = {connection: rawLine(1), auth: 'HTTP 401 from https://api.example/x'}
    const jobs = Array.from({length: 17}, (_, index) => ({
      job: `job-${index}`,
      cause: index < 14 ? 'connection' : 'auth',
    }))
    for (const {job, cause} of jobs) sides.bad(job, lines[cause as 'auth'], cause)
    await until(() => sides.storm.arrived.length === 2, 'both causes', 30_000)
    await sleep(5 * minuteMs)
    for (const {job, cause} of jobs) sides.good(job, lines[cause as 'auth'], cause)
    await until(() => sides.storm.arrived.length === 4, 'both ends', 30_000)
    await finish('14 jobs with one cause, 3 with another', sides)
    expect(sides.storm.arrived.map(({kind, jobCount}) => `${kind} ${jobCount}`).toSorted()).toEqual([
      'recovery 14',
      'recovery 3',
      'trouble 14',
      'trouble 3',
    ])
  },
  longMs,
)

test(
  'one post and then nothing is never called well',
  async () => {
    const sides = await bothSides()
    const {storm, manager} = sides
    storm.line({level: 'WARNING', component: 'backup', message: 'disk is full'})
    await manager?.post({cause: 'backup'})
    await sleep(hourMs / 2)
    await finish('one post, then nothing', sides)
    expect(storm.arrived.map(({kind}) => kind)).toEqual(['notice'])
  },
  longMs,
)

test(
  'what failed and recovered while the receiver was away is one message that says both',
  async () => {
    const {storm} = await bothSides()
    storm.status = 0
    storm.trouble('job-1', rawLine(1))
    const attempted = () => existsSync(`${storm.box.stateDir}/deliveries.jsonl`) && hasFailed(storm)
    await until(attempted, 'a failed attempt', 30_000)
    storm.recover('job-1')
    await until(() => pendingKinds(storm).includes('recovery'), 'the recovery', 30_000)
    storm.status = 200
    await until(() => storm.arrived.length > 0, 'the message', 60_000)
    await sleep(hourMs / 4)
    await storm.stop()
    expect(storm.arrived).toMatchObject([
      {kind: 'recovery', notes: ['job-1: healthy again', expect.stringContaining('Not sent before: ')]},
    ])
  },
  longMs,
)

const hasFailed = ({box}: Storm) => box.journal('deliveries.jsonl').some(({kind}) => kind === 'failed')
const pendingKinds = ({box}: Storm) =>
  box.journal('deliveries.jsonl').map(({message}) => (message as {readonly kind?: string} | undefined)?.kind)

test(
  'of an hour without a network each news arrives once, in order',
  async () => {
    const {storm} = await bothSides()
    storm.status = 0
    const jobs = Array.from({length: 8}, (_, index) => `job-${index}`)
    await spread(jobs.length, hourMs, (index) => storm.trouble(jobs[index] ?? '', `HTTP 50${index}`, `class-${index}`))
    storm.status = 200
    await storm.box.guard('alerts', 'retry')
    await until(() => storm.arrived.length >= jobs.length, 'all of them', 60_000)
    await sleep(2000)
    await storm.stop()
    expect(storm.arrived.map((message) => message.jobs[0]?.job)).toEqual(jobs)
    expect(new Set(storm.arrived.map(({id}) => id)).size).toBe(jobs.length)
  },
  longMs,
)

test(
  'a storm of 500 with 6 kills of the deliverer is at most four messages, and all jobs are counted',
  async () => {
    const storm = await startStorm({factor})
    let kills = 0
    const kill = () => {
      const target = storm.deliverer()
      if (!target) return
      target.kill('SIGKILL')
      kills += 1
    }
    const lateMs = await spread(500, 2 * minuteMs, (index) => {
      storm.trouble(`job-${index}`, rawLine(index))
      if (index % 100 === 50) kill()
    })
    await until(() => storm.arrived.length > 0, 'the first message', 60_000)
    await sleep(6 * minuteMs)
    for (let index = 0; index < 500; index++) storm.recover(`job-${index}`)
    kill()
    await until(() => storm.arrived.some(({kind}) => kind === 'recovery'), 'the end', 60_000)
    await storm.stop()
    const ids = new Set(storm.arrived.map(({id}) => id))
    console.log(`500 jobs, ${kills} kills: guard ${storm.arrived.length} messages, ${ids.size} ids`)
    expect(ids.size).toBeLessThanOrEqual(4 + moreFor(lateMs))
    expect(storm.arrived.length - ids.size).toBeLessThanOrEqual(kills)
    expect(storm.arrived.at(-1)).toMatchObject({kind: 'recovery', jobCount: 500})
  },
  longMs,
)
