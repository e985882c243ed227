import {describe, expect, test} from 'vitest'
import type {SendOutcome} from '../../../src/domain/delivery/message.js'
import {deliverAlerts, nextOf} from '../../../src/usecases/alert/deliver-alerts.js'
import {dropMessage, retryMessages} from '../../../src/usecases/alert/manage-outbox.js'
import {hour, minute, outboxWorld, second} from '../../support/outbox-world.js'

/** What is seldom: silences that match a part, clocks that jump, settings that change, receivers that stay away. */

const away = (): SendOutcome => ({ok: false, failure: 'transient', reason: 'connection refused'})
const arrives = (): SendOutcome => ({ok: true, receipt: {}})
const held = {token: 1, isHeld: () => true}
const silence = {kind: 'added', job: 'a*', reason: 'planned work', owner: 'eva'}

describe('a silence', () => {
  test('of a part of a group makes it neither grow nor worse, and what is silent is not named', async () => {
    const world = outboxWorld()
    world.silences.append({...silence, untilMs: world.clock.now() + 3 * hour}, 'durable')
    world.trouble('b', {level: 'WARNING'})
    for (const job of ['a1', 'a2', 'a3']) world.trouble(job)
    await world.pass(2 * hour)
    expect(world.arrived.map(({jobs, level}) => [jobs.map(({job}) => job), level])).toEqual([[['b'], 'WARNING']])
    await world.pass(2 * hour)
    expect(world.arrived[1]).toMatchObject({jobCount: 4, level: 'CRITICAL'})
  })

  test('that begins after the trouble was told does not keep its recovery back', async () => {
    const world = outboxWorld()
    world.trouble('a')
    await world.pass(minute)
    world.silences.append({...silence, untilMs: world.clock.now() + 10 * hour}, 'durable')
    await world.pass(5 * hour)
    world.recover('a')
    await world.pass(11 * minute)
    expect(world.arrived.map(({kind}) => kind)).toEqual(['trouble', 'recovery'])
  })

  test('that is removed is told at once, and one that runs on into another is not', async () => {
    const world = outboxWorld()
    const {record} = world.silences.append({...silence, untilMs: world.clock.now() + hour}, 'durable')
    world.trouble('a')
    await world.pass(10 * minute)
    world.silences.append({...silence, untilMs: world.clock.now() + 2 * hour}, 'durable')
    world.silences.append({kind: 'removed', silence: record.id}, 'durable')
    await world.deliver()
    expect(world.arrived).toEqual([])
    world.silences.append({kind: 'removed', silence: [...world.silences.read().keys()][0]}, 'durable')
    await world.deliver()
    expect(world.arrived).toMatchObject([{notes: ['A silence has ended, and the trouble goes on.']}])
  })
})

test('what comes due while the deliverer looks is not left undone', async () => {
  // The message is due after 30 s; at each look at the clock a millisecond more has passed.
  for (let early = 1; early <= 20; early++) {
    const world = outboxWorld()
    const now = () => {
      world.clock.advance(1)
      return world.clock.now()
    }
    world.trouble('a')
    world.clock.advance(30 * second - early)
    const {nextMs = Number.POSITIVE_INFINITY} = await deliverAlerts({...world.deps(), now}, held)
    if (world.arrived.length === 0) expect(nextMs, `${early} ms before`).toBeLessThan(world.clock.now() + second)
  }
})

test('the message of a deliverer that was killed before it wrote it is due for the next one', async () => {
  const world = outboxWorld()
  world.trouble('a')
  await world.deliver()
  world.clock.advance(minute)
  expect(nextOf(world.deps())).toBe(world.clock.now())
})

describe('a clock that is set back by a day', () => {
  const back = -24 * hour

  test('holds no first message, no repetition and no attempt', async () => {
    const world = outboxWorld()
    world.trouble('a')
    world.clock.jump(back)
    await world.deliver()
    await world.pass(minute)
    expect(world.arrived).toHaveLength(1)
    world.clock.jump(back)
    await world.deliver()
    await world.pass(5 * hour)
    expect(world.arrived.length).toBeGreaterThan(1)
    expect(world.arrived.length).toBeLessThanOrEqual(3)
    world.receiver = away
    world.trouble('b', {failureClass: 'other'})
    await world.pass(hour)
    world.clock.jump(back)
    world.receiver = arrives
    await world.deliver()
    expect(world.arrived.at(-1)).toMatchObject({jobs: [{job: 'b'}]})
  })
})

test('a message that has waited for a day because the machine slept is attempted before it is given up', async () => {
  const world = outboxWorld()
  world.receiver = away
  world.notice('disk is full')
  await world.pass(minute)
  world.receiver = arrives
  world.clock.jump(2 * 24 * hour)
  await world.deliver()
  expect(world.arrived.map(({title}) => title)).toEqual(['disk is full'])
})

test.each([
  ['fails', away],
  ['arrives all the same', arrives],
])(
  'a message that is dropped by hand while it is attempted, and %s, does not end its deliverer',
  async (_title, end) => {
    const world = outboxWorld()
    world.receiver = ({id}) => {
      dropMessage(world, id, 'old news')
      return end()
    }
    world.notice('disk is full')
    await world.deliver()
    world.clock.advance(minute)
    expect(await deliverAlerts(world.deps(), held)).toMatchObject({isFenced: false})
  },
)

describe('a message that was given up', () => {
  test('after a day is attempted once more when that is asked for', async () => {
    const world = outboxWorld()
    world.receiver = away
    world.notice('disk is full')
    await world.pass(25 * hour)
    world.receiver = arrives
    const {dead = []} = world.outbox.read().channels.get('ops') ?? {}
    const ids = dead.map(({message}) => message.id)
    expect(ids).toHaveLength(1)
    expect(retryMessages(world, ids[0])).toBe(1)
    await world.deliver()
    expect(world.arrived.map(({id}) => id)).toEqual(ids)
  })
})

describe('a receiver that is away', () => {
  test('for long has everything by its fallback, also what stands behind the first, and nothing is due in the past', async () => {
    let rounds = 0
    const world = outboxWorld({fallbackOf: (channel) => (channel === 'ops' ? 'mail' : undefined)})
    world.receiver = ({channel}) => {
      rounds += 1
      return channel === 'ops' ? away() : arrives()
    }
    for (const job of ['a', 'b', 'c']) world.trouble(job, {failureClass: job})
    await world.pass(20 * minute)
    expect(world.arrived.map(({channel, jobs}) => [channel, jobs[0]?.job])).toEqual([
      ['mail', 'a'],
      ['mail', 'b'],
      ['mail', 'c'],
    ])
    expect(world.nextMs()).toBeGreaterThan(world.clock.now() - second)
    expect(rounds).toBeLessThan(15)
  })

  test('that asks for a pause of a year is tried again after a day', async () => {
    const world = outboxWorld()
    world.receiver = () => ({ok: false, failure: 'transient', reason: 'HTTP 429', retryAfterMs: 365 * 24 * hour})
    world.trouble('a')
    await world.pass(minute)
    expect((world.nextMs() ?? 0) - world.clock.now()).toBeLessThanOrEqual(24 * hour)
  })
})

test('to a channel that the settings no longer have nothing is written, and the others go on', async () => {
  let known = ['ops', 'mail']
  const world = outboxWorld({
    routes: [{level: 'INFO', jobs: [], to: ['ops', 'mail']}],
    isKnown: (channel) => known.includes(channel),
  })
  world.trouble('a')
  await world.pass(minute)
  known = ['mail']
  await world.pass(30 * hour)
  world.recover('a')
  await world.pass(11 * minute)
  const of = (name: string) => world.arrived.filter(({channel}) => channel === name).map(({kind}) => kind)
  expect([of('ops'), of('mail')]).toEqual([['trouble'], ['trouble', 'trouble', 'trouble', 'trouble', 'recovery']])
})

test('a storm with long texts fits into its records', async () => {
  const lastLines = Array.from({length: 5}, () => '試'.repeat(200))
  const world = outboxWorld({enrich: async () => ({lastLines})})
  for (let index = 0; index < 40; index++)
    world.trouble(`j${index}-${'試'.repeat(110)}`, {failureClass: 'c', errorLine: '試"\\'.repeat(200)})
  await world.pass(minute)
  const longest = [...world.outbox.records()].map((record) => Buffer.byteLength(JSON.stringify(record)))
  expect(Math.max(...longest)).toBeLessThan(60_000)
  expect(world.arrived).toMatchObject([{jobCount: 40}])
})
