import {existsSync} from 'node:fs'
import {expect, test} from 'vitest'
import {startReceiver} from '../support/http-receiver.js'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'
import {alertmanagerProgram, isLong, type StormMessage, startAlertmanager} from '../support/storm.js'

/** Real runs of a job that comes and goes, without a watchdog, beside a real Alertmanager; time is compressed alike. */

const farMs = 3_600_000

/** How long a minute lasts, ms: on a busy machine so long that two runs have room in it. */
async function measureMinute(): Promise<number> {
  const box = createSandbox()
  const timesMs: number[] = []
  for (let run = 0; run < 4; run++) {
    const begunMs = performance.now()
    await box.guard('run', '--job', 'scan', '--', 'true')
    timesMs.push(performance.now() - begunMs)
  }
  return Math.max(isLong ? 1000 : 250, 2 * Math.max(...timesMs))
}

/** With a longer one the stories would take too long. */
const longestMinuteMs = 2500

interface World {
  readonly box: Sandbox
  readonly minuteMs: number
  readonly arrived: StormMessage[]
  /** How long its longest minute was. */
  longestMs: number
}

async function startWorld(minuteMs: number): Promise<World> {
  const ms = (minutes: number) => `${Math.round(minutes * minuteMs)}ms`
  const arrived: StormMessage[] = []
  const {url} = await startReceiver(({body}, response) => {
    arrived.push((JSON.parse(body) as {readonly data: StormMessage}).data)
    response.end()
  })
  const box = createSandbox()
  const settings = {
    jobs: {scan: {command: ['sh', '-c', 'echo HTTP 503; exit $(cat code)']}},
    watchdog: {escalateAfter: ms(10), flapping: {incidents: 4, within: ms(240), wellFor: ms(60)}},
    channels: {ops: {type: 'webhook', url}},
    alerting: {
      ...{groupWait: ms(0.5), groupInterval: ms(5), repeat: [4, 8, 16, 24].map((hours) => ms(hours * 60))},
      routes: [{level: 'INFO', to: ['ops']}],
    },
  }
  box.write('.guardianrc.json', JSON.stringify(settings))
  return {box, minuteMs, arrived, longestMs: 0}
}

/** Runs the job, then waits for the end of its minute. */
async function live(world: World, isBad: boolean): Promise<void> {
  const {box, minuteMs} = world
  const begunMs = performance.now()
  const minuteIsOver = new Promise((resolve) => setTimeout(resolve, minuteMs))
  box.write('code', isBad ? '3' : '0')
  expect((await box.guard('run', 'scan')).code).toBe(isBad ? 3 : 0)
  await minuteIsOver
  world.longestMs = Math.max(world.longestMs, performance.now() - begunMs)
}

/** An hour as `isBad` says, and the end of what was bad. @returns what Alertmanager has told */
async function liveThroughHour(world: World, isBad: (minute: number) => boolean) {
  const {arrived, minuteMs} = world
  const manager = existsSync(alertmanagerProgram) ? await startAlertmanager(60_000 / minuteMs) : undefined
  const posts: unknown[] = []
  // When it runs next is known by then.
  for (let run = 0; run < 4; run++) await live(world, false)
  for (let minute = 0; minute < 60; minute++) {
    posts.push(manager?.post({job: 'scan', cause: 'scan'}, Date.now() + (isBad(minute) ? farMs : 0)))
    await live(world, isBad(minute))
  }
  // The last run of both stories is good; three in all prove the end, which nothing but time decides then.
  for (let run = 0; run < 3; run++) await live(world, false)
  await until(() => arrived.at(-1)?.kind === 'recovery', 'the recovery', 90 * minuteMs + 60_000)
  await Promise.all(posts)
  return manager?.told() ?? {all: '-', resolved: '-'}
}

/** Where a run takes several minutes, another story is told: then it is told again, in longer minutes. */
async function tell(isBad: (minute: number) => boolean) {
  let minuteMs = await measureMinute()
  for (;;) {
    const world = await startWorld(minuteMs)
    const manager = await liveThroughHour(world, isBad)
    if (world.longestMs < 3 * minuteMs || minuteMs >= longestMinuteMs) return {...world, manager}
    minuteMs = Math.min(longestMinuteMs, world.longestMs)
  }
}

const incidents = (box: Sandbox) => box.journal('incidents.jsonl')

test.each([
  ['bad every second minute', (minute: number) => minute % 2 === 0, 2],
  ['bad for 6 minutes and good for 6', (minute: number) => minute % 12 < 6, 3],
])(
  'a job that is %s, for an hour, is told at most so often, and its end once',
  async (story, isBad, most) => {
    const {
      box,
      arrived,
      manager: {all, resolved},
    } = await tell(isBad)
    const told = arrived.map(({kind}) => kind)
    console.log(
      `${story}, an hour: Alertmanager ${all} (${resolved} resolved), guard ${told.length}: ${told.join(', ')}`,
    )
    expect(told.length).toBeLessThanOrEqual(most)
    expect(told.filter((kind) => kind === 'recovery')).toHaveLength(1)
    expect(incidents(box).filter(({flapping}) => flapping)).toHaveLength(1)
    expect(incidents(box).findLast(({kind}) => kind === 'opened' || kind === 'resolved')?.kind).toBe('resolved')
  },
  900_000,
)
