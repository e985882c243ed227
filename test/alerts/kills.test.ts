import {existsSync} from 'node:fs'
import {expect, test} from 'vitest'
import {startReceiver} from '../support/http-receiver.js'
import {givenSeed} from '../support/random.js'
import {createSandbox, until} from '../support/sandbox.js'
import {isLong, startStorm} from '../support/storm.js'

const kills = Number(process.env['GUARD_KILLS'] ?? (isLong ? 1000 : 30))
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A start of the program on a busy machine, many times. */
const limitMs = 120_000 + kills * 5000

let random = givenSeed
/** Park and Miller's minimal standard generator. */
function draw(below: number): number {
  random = (random * 48_271) % 2_147_483_647
  return random % below
}

test(
  `with ${kills} kills of the deliverer at random instants nothing is lost, all keeps its order, and what comes twice has one id`,
  async () => {
    const never = {groupWait: '1ms', groupInterval: '1h', repeat: ['24h'], cap: 10_000}
    let isHeld = false
    const storm = await startStorm({
      factor: 1,
      alerting: never,
      recoveryWait: '0s',
      // Half of the kills come while a message is on its way or just received.
      onMessage: () => {
        if (isHeld && draw(2) === 0) killNow()
      },
    })
    let killed = 0
    const killNow = () => {
      const target = storm.deliverer()
      if (!target || killed >= kills) return
      target.kill('SIGKILL')
      killed += 1
    }
    const jobs: string[] = []
    isHeld = true
    while (killed < kills) {
      const job = `job-${jobs.length}`
      jobs.push(job)
      storm.trouble(job, 'it broke', `class-${jobs.length}`)
      await sleep(draw(300))
      if (draw(2) === 0) killNow()
    }
    isHeld = false
    const first = () => [...new Map(storm.arrived.map((one) => [one.id, one])).values()]
    await until(() => first().length >= jobs.length, `${jobs.length} messages`, limitMs)
    for (const job of jobs) storm.recover(job)
    await until(() => first().length >= 2 * jobs.length, 'all recoveries', limitMs)
    await storm.stop()
    const doubled = storm.arrived.length - first().length
    console.log(`${kills} kills: ${first().length} messages, ${doubled} of them twice`)
    const told = first().filter(({kind}) => kind === 'trouble')
    expect(told.map((message) => message.jobs[0]?.job)).toEqual(jobs)
    expect(first().filter(({kind}) => kind === 'recovery')).toHaveLength(jobs.length)
    expect(first()).toHaveLength(2 * jobs.length)
    expect(doubled).toBeLessThanOrEqual(kills)
  },
  limitMs * 2,
)

test('50 runs that fail at once for one cause have one deliverer at a time, and no message comes twice', async () => {
  const ids: string[] = []
  let underWay = 0
  let most = 0
  const receiver = await startReceiver(({headers}, response) => {
    underWay += 1
    most = Math.max(most, underWay)
    ids.push(String(headers['webhook-id']))
    setTimeout(() => {
      underWay -= 1
      response.end()
    }, 50)
  })
  const box = createSandbox()
  const names = Array.from({length: 50}, (_, index) => `job-${index}`)
  const job = {
    command: ['sh', '-c', 'echo connect to 10.0.0.1:5432 failed: ECONNREFUSED; exit 3'],
    schedule: '0 3 1 1 *',
  }
  const settings = {
    jobs: Object.fromEntries(names.map((name) => [name, job])),
    channels: {ops: {type: 'webhook', url: receiver.url}},
    alerting: {groupWait: '500ms', groupInterval: '1s', routes: [{level: 'INFO', to: ['ops']}]},
  }
  box.write('.guardianrc.json', JSON.stringify(settings))
  const ended = await Promise.all(names.map((name) => box.guard('run', name)))
  expect(new Set(ended.map(({code}) => code))).toEqual(new Set([3]))
  const taken = () =>
    existsSync(`${box.stateDir}/deliveries.jsonl`)
      ? box.journal('deliveries.jsonl').filter(({kind, event}) => kind === 'noted' && event === 'trouble').length
      : 0
  await until(() => taken() === 50, 'all are taken', 120_000)
  await until(() => ids.length > 0 && underWay === 0, 'the message', 60_000)
  console.log(`50 runs at once: ${ids.length} messages`)
  expect([new Set(ids).size, most]).toEqual([ids.length, 1])
  expect(ids.length).toBeLessThanOrEqual(7)
  // The records of one deliverer never stand between those of another.
  const tokens = box.journal('deliveries.jsonl').map(({token}) => Number(token))
  expect(tokens).toEqual(tokens.toSorted((one, other) => one - other))
}, 300_000)
