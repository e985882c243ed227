import {describe, expect, test} from 'vitest'
import type {JobNews} from '../../../src/domain/delivery/message.js'
import {deliverAlerts} from '../../../src/usecases/alert/deliver-alerts.js'
import {retryMessages} from '../../../src/usecases/alert/manage-outbox.js'
import {hour, minute, type OutboxWorld, outboxWorld, second} from '../../support/outbox-world.js'

const titles = ({arrived}: OutboxWorld) => arrived.map(({title}) => title)
const kinds = ({arrived}: OutboxWorld) => arrived.map(({kind}) => kind)
const suppressed = ({outbox}: OutboxWorld) => [...outbox.records()].filter(({kind}) => kind === 'suppressed')
const jobs = (count: number, prefix = 'job') => Array.from({length: count}, (_, index) => `${prefix}-${index}`)

/** An error line that differs from job to job in what does not matter. */
const raw = (index: number) => ({
  errorLine: `2026-01-05T12:00:${String(index % 60).padStart(2, '0')}Z pid ${1000 + index} connect to 10.0.0.${index % 250}:5432 failed: ECONNREFUSED`,
})

describe('a storm', () => {
  test('500 jobs with one cause within a minute, for an hour, are at most three messages, the first within 35 s', async () => {
    const world = outboxWorld()
    const begun = world.clock.now()
    for (const [index, job] of jobs(500).entries()) {
      world.trouble(job, raw(index))
      if (index % 8 === 7) await world.pass(second)
    }
    await world.pass(hour)
    for (const job of jobs(500)) world.recover(job)
    await world.pass(11 * minute)
    expect(world.arrived.length).toBeLessThanOrEqual(3)
    expect((world.arrived[0]?.atMs ?? 0) - begun).toBeLessThanOrEqual(35 * second)
    expect(world.arrived.at(-1)).toMatchObject({kind: 'recovery', jobCount: 500})
  })

  test('spread over an hour, and over the next one when they recover, they are at most eight', async () => {
    const world = outboxWorld()
    for (const [index, job] of jobs(500).entries()) {
      world.trouble(job, raw(index))
      await world.pass(7200)
    }
    for (const job of jobs(500)) {
      world.recover(job)
      await world.pass(7200)
    }
    await world.pass(11 * minute)
    expect(world.arrived.length).toBeLessThanOrEqual(8)
    expect(kinds(world).filter((kind) => kind === 'recovery')).toHaveLength(1)
  })

  test('two causes are told apart, each with all its jobs', async () => {
    const world = outboxWorld()
    for (const job of jobs(14, 'db')) world.trouble(job)
    for (const job of jobs(3, 'web'))
      world.trouble(job, {failureClass: 'auth', errorLine: 'HTTP 401 from https://a.example/x'})
    await world.pass(hour)
    for (const job of [...jobs(14, 'db'), ...jobs(3, 'web')]) world.recover(job)
    await world.pass(11 * minute)
    expect(world.arrived.map(({kind, jobCount}) => [kind, jobCount])).toEqual([
      ['trouble', 14],
      ['trouble', 3],
      ['recovery', 14],
      ['recovery', 3],
    ])
    expect(world.arrived[0]?.jobs.every(({job}) => job.startsWith('db-'))).toBe(true)
  })

  test('of causes that differ the cap of an hour is told, then one digest', async () => {
    const world = outboxWorld()
    for (const [index, job] of jobs(40).entries())
      world.trouble(job, {failureClass: `class-${index}`, errorLine: 'it broke'})
    await world.pass(minute)
    expect(world.arrived).toHaveLength(21)
    expect(world.arrived.filter(({title}) => title.startsWith('20 messages within an hour'))).toHaveLength(1)
    await world.pass(hour)
    expect(world.arrived).toHaveLength(22)
    expect(world.arrived.at(-1)).toMatchObject({
      kind: 'digest',
      title: expect.stringContaining('20 messages were held back'),
    })
  })
})

describe('a group', () => {
  test('is told again when its jobs have doubled, when it becomes worse, and after 4, 8, 16, 24 hours', async () => {
    const world = outboxWorld()
    world.trouble('a', {level: 'WARNING'})
    await world.pass(minute)
    world.trouble('b', {level: 'WARNING'})
    await world.pass(10 * minute)
    expect(world.arrived.map(({jobCount}) => jobCount)).toEqual([1, 2])
    world.trouble('b', {level: 'CRITICAL'})
    await world.pass(second * 2)
    expect(world.arrived).toHaveLength(3)
    const lastMs = world.arrived.at(-1)?.atMs ?? 0
    await world.pass(77 * hour)
    expect(world.arrived.slice(3).map(({atMs}) => Math.round((atMs - lastMs) / hour))).toEqual([4, 12, 28, 52, 76])
    expect(titles(world).at(-1)).toMatch(/^still: 2 jobs in trouble/)
  })

  test('of jobs that hang for different reasons says that they hang, and of each why', async () => {
    const world = outboxWorld()
    world.trouble('out', {hangs: 'no file matches out/*.json'})
    world.trouble('slow', {hangs: 'its run has lasted for 2s'})
    await world.pass(minute)
    expect(world.arrived).toMatchObject([
      {
        title: '2 jobs in trouble: hung',
        cause: 'hung',
        jobs: [
          {reason: 'out is hung: no file matches out/*.json'},
          {reason: 'slow is hung: its run has lasted for 2s'},
        ],
      },
    ])
  })

  test('of a class without a line of an output is told by that class alone', async () => {
    const world = outboxWorld()
    world.trouble('a', {failureClass: 'timeout', errorLine: ''})
    world.trouble('b', {failureClass: 'timeout', errorLine: ''})
    await world.pass(minute)
    expect(world.arrived).toMatchObject([{title: '2 jobs in trouble: timeout', cause: 'timeout'}])
  })

  test('of no known class is told by the line of the output alone', async () => {
    const world = outboxWorld()
    world.trouble('a', {failureClass: 'unknown', errorLine: 'segment fault'})
    world.trouble('b', {failureClass: 'unknown', errorLine: 'segment fault'})
    await world.pass(minute)
    expect(world.arrived).toMatchObject([{title: '2 jobs in trouble: segment fault', cause: 'segment fault'}])
  })

  test('is told with what is known when the message is written', async () => {
    let badRuns = 1
    const refresh = async (news: JobNews) => ({...news, badRuns, reason: `${badRuns} bad runs`})
    const world = outboxWorld({refresh})
    world.trouble('a')
    await world.pass(minute)
    badRuns = 9
    await world.pass(4 * hour)
    expect(world.arrived.map(({jobs: [job], notes}) => [job?.badRuns, job?.reason, notes])).toEqual([
      [1, '1 bad runs', []],
      [9, '9 bad runs', ['Told 4h ago, and still not over.']],
    ])
  })

  test('says at its end which jobs are well, or why the one is, without an age that is none any more', async () => {
    const world = outboxWorld()
    for (const job of ['a', 'b']) world.trouble(job)
    await world.pass(minute)
    for (const job of ['a', 'b']) world.recover(job)
    await world.pass(hour)
    world.trouble('a')
    await world.pass(minute)
    world.recover('a', 'healthy again: its last run ended well 0s ago')
    await world.pass(hour)
    world.trouble('a')
    await world.pass(minute)
    world.recover('a', 'healthy again: web-18 has it (token 4), 1m 59s ago')
    await world.pass(hour)
    const ends = world.arrived.filter(({kind}) => kind === 'recovery')
    expect(ends.map(({notes, cause}) => [notes, cause])).toEqual([
      [['Well again: a, b'], undefined],
      [['a: healthy again: its last run ended well'], undefined],
      [['a: healthy again: web-18 has it (token 4)'], undefined],
    ])
  })

  test('that is well again before it is told calls nobody', async () => {
    const world = outboxWorld()
    world.trouble('a')
    await world.pass(10 * second)
    world.recover('a')
    await world.pass(hour)
    expect(world.arrived).toEqual([])
    expect(world.outbox.records()).toContainEqual(
      expect.objectContaining({kind: 'suppressed', reason: 'its trouble was not told'}),
    )
  })

  test('ends with its last job alone, and the message says how long it lasted', async () => {
    const world = outboxWorld()
    world.trouble('a')
    world.trouble('b')
    await world.pass(minute)
    world.recover('a')
    await world.pass(hour)
    expect(kinds(world)).toEqual(['trouble'])
    world.recover('b')
    await world.pass(11 * minute)
    expect(world.arrived[1]).toMatchObject({kind: 'recovery', durationMs: hour + minute})
  })

  test('lasts since it began, though it was worth telling only later', async () => {
    const world = outboxWorld()
    const begunMs = world.clock.now() - 20 * minute
    world.trouble('a', {ageMs: 20 * minute})
    await world.pass(10 * minute)
    world.recover('a')
    await world.pass(11 * minute)
    expect(world.arrived).toMatchObject([
      {kind: 'trouble', firstMs: begunMs},
      {kind: 'recovery', firstMs: begunMs, durationMs: 30 * minute},
    ])
    expect(world.arrived[0]?.atMs).toBe(begunMs + 20 * minute + 30 * second)
  })

  test('that is back before its end was told goes on, and the end is that of all of it', async () => {
    const world = outboxWorld()
    world.trouble('a')
    await world.pass(20 * minute)
    world.recover('a')
    await world.pass(9 * minute)
    world.trouble('a')
    await world.pass(20 * minute)
    expect(kinds(world)).toEqual(['trouble'])
    world.recover('a')
    await world.pass(9 * minute)
    expect(kinds(world)).toEqual(['trouble'])
    await world.pass(2 * minute)
    expect(world.arrived[1]).toMatchObject({kind: 'recovery', jobCount: 1, durationMs: 49 * minute})
  })

  test('of which a run has ended badly since is not said to be over before a round of the watchdog has judged that', async () => {
    let badMs: number | undefined
    const world = outboxWorld({badAtOf: (job) => (job === 'a' ? badMs : undefined)})
    world.trouble('a')
    await world.pass(20 * minute)
    badMs = world.clock.now() - second
    world.recover('a')
    await world.pass(9.5 * minute)
    badMs = world.clock.now()
    await world.pass(minute)
    expect(kinds(world)).toEqual(['trouble'])
    // No watchdog finds anything wrong with it.
    await world.pass(1.5 * minute)
    expect(kinds(world)).toEqual(['trouble', 'recovery'])
  })

  test('of which an incident is open that is not told yet goes on with the same trouble once it is', async () => {
    let isOpen = false
    const world: OutboxWorld = outboxWorld({badAtOf: () => (isOpen ? world.clock.now() : undefined)})
    world.trouble('a')
    await world.pass(20 * minute)
    world.recover('a')
    await world.pass(9 * minute)
    isOpen = true
    await world.pass(8 * minute)
    world.trouble('a')
    await world.pass(5 * minute)
    expect(kinds(world)).toEqual(['trouble'])
    isOpen = false
    world.recover('a')
    await world.pass(13 * minute)
    expect(kinds(world)).toEqual(['trouble', 'recovery'])
  })

  test('is over in time though a run had ended badly before it was well', async () => {
    const world = outboxWorld({badAtOf: () => world.clock.now() - hour})
    world.trouble('a')
    await world.pass(20 * minute)
    world.recover('a')
    await world.pass(10.5 * minute)
    expect(kinds(world)).toEqual(['trouble', 'recovery'])
  })

  test('has a job that is back by another cause before its end was told, and its end is true of that too', async () => {
    const world = outboxWorld()
    world.trouble('a')
    await world.pass(minute)
    world.recover('a')
    await world.pass(minute)
    world.trouble('a', {failureClass: 'auth'})
    await world.pass(hour)
    expect(kinds(world)).toEqual(['trouble'])
    world.recover('a')
    await world.pass(11 * minute)
    expect(kinds(world)).toEqual(['trouble', 'recovery'])
  })

  test('does not call a job well that is in trouble by another cause', async () => {
    const world = outboxWorld()
    for (const job of ['a', 'b']) world.trouble(job)
    await world.pass(minute)
    world.recover('a')
    await world.pass(hour)
    world.trouble('a', {failureClass: 'auth'})
    await world.pass(minute)
    world.recover('b')
    await world.pass(11 * minute)
    expect(world.arrived.map(({kind, jobCount}) => [kind, jobCount])).toEqual([
      ['trouble', 2],
      ['trouble', 1],
      ['recovery', 1],
    ])
  })

  test('in which one job takes the place of another is told again', async () => {
    const world = outboxWorld()
    world.trouble('a')
    await world.pass(minute)
    world.recover('a')
    await world.pass(minute)
    world.trouble('b')
    await world.pass(10 * minute)
    expect(world.arrived.map((message) => [message.kind, message.jobs.map(({job}) => job)])).toEqual([
      ['trouble', ['a']],
      ['trouble', ['b']],
    ])
  })

  test('counts a job once, however often it was well meanwhile', async () => {
    const world = outboxWorld()
    world.trouble('a')
    for (let index = 0; index < 5; index++) {
      world.trouble('b')
      await world.pass(minute)
      world.recover('b')
      await world.pass(minute)
    }
    world.recover('a')
    await world.pass(11 * minute)
    expect(world.arrived.at(-1)).toMatchObject({kind: 'recovery', jobCount: 2})
  })

  test('of one post and then nothing is never called well', async () => {
    const world = outboxWorld()
    world.notice('backup: disk is full')
    await world.pass(10 * hour)
    expect(titles(world)).toEqual(['backup: disk is full'])
  })

  test('of equal notices is told once within the time of a repetition', async () => {
    const world = outboxWorld()
    for (let index = 0; index < 60; index++) {
      world.notice(`backup: ${index} files left`)
      await world.pass(minute)
    }
    expect(titles(world)).toEqual(['backup: 0 files left'])
    await world.pass(10 * hour)
    expect(world.arrived).toHaveLength(1)
  })

  test('of equal notices has each that is not told on record, and the next one after that time says how many there were', async () => {
    const world = outboxWorld()
    world.notice('backup: disk is full')
    await world.pass(hour)
    world.notice('backup: disk is full')
    await world.pass(hour)
    world.notice('backup: disk is full')
    await world.pass(minute)
    expect(suppressed(world)).toMatchObject([
      {reason: 'the same was told 59m 30s ago', title: 'backup: disk is full', job: 'watchdog'},
      {reason: 'the same was told 1h 59m ago'},
    ])
    await world.pass(10 * hour)
    world.notice('backup: disk is full')
    await world.pass(minute)
    expect(world.arrived.map(({notes, firstMs}) => [firstMs, notes])).toEqual([
      [expect.any(Number), []],
      [world.clock.now() - minute, ['Raised 3 times since it was told 12h ago.']],
    ])
    await world.pass(9 * hour)
    world.notice('backup: disk is full')
    await world.pass(minute)
    expect(world.arrived[2]?.notes).toEqual(['The same was told 9h 1m ago.'])
  })

  test('of a notice that comes once a day, at any hour, is told each time', async () => {
    const world = outboxWorld()
    for (let day = 0; day < 7; day++) {
      world.notice('backup: disk is full')
      await world.pass((day % 2 === 0 ? 23 : 25) * hour)
    }
    expect(world.arrived).toHaveLength(7)
    expect(suppressed(world)).toEqual([])
  })

  test('of notices that are raised each four hours is told each time but for the longer times of a repetition', async () => {
    const world = outboxWorld()
    for (let index = 0; index < 4; index++) {
      world.notice('backup: disk is full')
      await world.pass(4 * hour)
    }
    expect(world.arrived.map(({notes}) => notes)).toEqual([
      [],
      ['The same was told 3h 59m ago.'],
      ['Raised 2 times since it was told 8h ago.'],
    ])
  })
})

test('an alert of a journal that was emptied is told as every other', async () => {
  const world = outboxWorld()
  for (const job of jobs(5)) world.trouble(job)
  await world.pass(minute)
  world.loseAlerts()
  for (const job of jobs(5)) world.recover(job)
  await world.pass(11 * minute)
  expect(kinds(world)).toEqual(['trouble', 'recovery'])
  world.loseAlerts()
  world.notice('backup: disk is full')
  await world.pass(minute)
  expect(titles(world)[2]).toBe('backup: disk is full')
})

describe('two channels', () => {
  const routes = [
    {level: 'CRITICAL', jobs: [], to: ['pager']},
    {level: 'WARNING', jobs: [], to: ['chat']},
  ] as const

  test('of which one has the worse news alone: the other is not told that all is well until it is', async () => {
    const world = outboxWorld({routes})
    world.trouble('a', {level: 'WARNING'})
    await world.pass(minute)
    world.trouble('a', {level: 'CRITICAL'})
    await world.pass(hour)
    expect(world.arrived.map(({channel, kind}) => [channel, kind])).toEqual([
      ['chat', 'trouble'],
      ['pager', 'trouble'],
    ])
    world.recover('a')
    await world.pass(11 * minute)
    expect(world.arrived.slice(2).map(({kind}) => kind)).toEqual(['recovery', 'recovery'])
  })
})

test('the end of trouble is sent with what the channel gave back for its first message', async () => {
  const world = outboxWorld()
  world.receiver = () => ({ok: true, receipt: {key: `m${world.arrived.length}`}})
  world.trouble('a')
  await world.pass(10 * minute)
  world.recover('a')
  await world.pass(20 * minute)
  expect(kinds(world)).toEqual(['trouble', 'recovery'])
  expect(world.firsts).toEqual([undefined, {key: 'm0'}])
})

describe('a receiver that is away', () => {
  const away = () => ({ok: false, failure: 'transient', reason: 'connection refused'}) as const

  test('gets the message that has waited for it with the delay that it had', async () => {
    const world = outboxWorld()
    world.receiver = away
    world.trouble('a')
    await world.pass(20 * minute)
    world.receiver = () => ({ok: true, receipt: {}})
    await world.pass(hour)
    const [message] = world.arrived
    expect(message?.kind).toBe('trouble')
    expect(message?.lateMs).toBeGreaterThanOrEqual(19 * minute)
  })

  test('gets one message about what has failed and recovered meanwhile, which says both', async () => {
    const world = outboxWorld()
    world.receiver = away
    world.trouble('a')
    await world.pass(10 * minute)
    world.recover('a')
    await world.pass(10 * minute)
    world.receiver = () => ({ok: true, receipt: {}})
    await world.pass(hour)
    expect(world.arrived).toHaveLength(1)
    expect(world.arrived[0]).toMatchObject({kind: 'recovery', lateMs: expect.any(Number)})
    expect(world.arrived[0]?.notes.join(' ')).toContain('Not sent before: a: ECONNREFUSED')
  })

  test('gets each message once, in order, after an hour', async () => {
    const world = outboxWorld()
    world.receiver = away
    for (const [index, job] of jobs(5).entries()) {
      world.trouble(job, {failureClass: `class-${index}`})
      await world.pass(12 * minute)
    }
    world.receiver = () => ({ok: true, receipt: {}})
    await world.pass(hour)
    expect(world.arrived.map((message) => message.jobs[0]?.job)).toEqual(jobs(5))
  })

  test('for a day is given up, and the fallback of the channel has had it after a quarter of an hour', async () => {
    const world = outboxWorld({fallbackOf: (channel) => (channel === 'ops' ? 'mail' : undefined)})
    world.receiver = ({channel}) => (channel === 'ops' ? away() : {ok: true, receipt: {}})
    world.trouble('a')
    await world.pass(16 * minute)
    expect(world.arrived.map(({channel}) => channel)).toEqual(['mail'])
    world.recover('a')
    await world.pass(26 * hour)
    expect(world.outbox.read().channels.get('ops')?.waiting).toEqual([])
    expect(world.outbox.records()).toContainEqual(
      expect.objectContaining({
        kind: 'failed',
        final: true,
        reason: expect.stringContaining('not delivered within a day'),
      }),
    )
  })

  test('sends all that waits by its fallback, and is not asked without pause', async () => {
    let asked = 0
    const world = outboxWorld({fallbackOf: (channel) => (channel === 'ops' ? 'mail' : undefined)})
    world.receiver = ({channel}) => {
      if (channel !== 'ops') return {ok: true, receipt: {}}
      asked += 1
      return away()
    }
    for (const [index, job] of jobs(3).entries()) world.trouble(job, {failureClass: `class-${index}`})
    await world.pass(3 * hour)
    expect(world.arrived.map((message) => message.jobs[0]?.job)).toEqual(jobs(3))
    expect(asked).toBeLessThan(12)
    const {nextMs} = await deliverAlerts(world.deps(), {token: 99, isHeld: () => true})
    expect(nextMs).toBeGreaterThan(world.clock.now())
  })

  test('for some recipients gets the message for these alone, and holds up no later one', async () => {
    const world = outboxWorld({fallbackOf: (channel) => (channel === 'ops' ? 'phone' : undefined)})
    const owed = {to: ['busy@example.org'], reason: 'busy@example.org is refused for now (451)'}
    const asked: (readonly [string, readonly string[] | undefined])[] = []
    world.receiver = ({title}, owedTo) => {
      asked.push([title, owedTo])
      if (title !== 'disk is full') return {ok: true, receipt: {}}
      if (owedTo && asked.length > 3) return {ok: true, receipt: {}}
      return owedTo ? {ok: false, failure: 'transient', reason: owed.reason} : {ok: true, receipt: {}, owed}
    }
    world.notice('disk is full')
    await world.pass(31 * second)
    const queue = () => world.outbox.read().channels.get('ops')
    expect(queue()?.waiting).toMatchObject([{owedTo: owed.to, lastReason: owed.reason, attempts: 1}])
    await world.pass(20 * second)
    expect(queue()).toMatchObject({waiting: [{attempts: 2}], lastFailure: undefined})
    world.trouble('a', {level: 'WARNING'})
    await world.pass(hour)
    expect(asked).toEqual([
      ['disk is full', undefined],
      ['disk is full', owed.to],
      ['disk is full', owed.to],
      [expect.stringMatching(/^a: /), undefined],
      ['disk is full', owed.to],
    ])
    expect(queue()?.waiting).toEqual([])
    expect(world.arrived.map(({channel}) => channel)).not.toContain('phone')
  })

  test('for one recipient for a day is given up for that one', async () => {
    const world = outboxWorld()
    const owed = {to: ['full@example.org'], reason: 'full@example.org is refused for now (452)'}
    world.receiver = (_, owedTo) =>
      owedTo ? {ok: false, failure: 'transient', reason: owed.reason} : {ok: true, receipt: {}, owed}
    world.notice('disk is full')
    await world.pass(25 * hour)
    const {waiting, dead} = world.outbox.read().channels.get('ops') ?? {}
    expect([waiting, dead]).toMatchObject([
      [],
      [{owedTo: owed.to, lastReason: expect.stringContaining('within a day')}],
    ])
    expect(retryMessages(world, undefined)).toBe(1)
    world.receiver = (_, owedTo) => ({ok: true, receipt: {for: String(owedTo)}})
    await world.deliver()
    const [last] = [...world.outbox.newestFirst()]
    expect(last).toMatchObject({kind: 'sent', receipt: {for: 'full@example.org'}})
  })

  test('that lacks a secret in this process has not failed, and nothing falls back', async () => {
    const world = outboxWorld({fallbackOf: () => 'mail'})
    world.receiver = () => ({ok: false, failure: 'deferred', reason: 'TOKEN is not set'})
    world.trouble('a')
    await world.pass(2 * hour)
    const queue = world.outbox.read().channels.get('ops')
    expect([queue?.lastFailure, queue?.waiting.length, world.outbox.read().channels.has('mail')]).toEqual([
      undefined,
      1,
      false,
    ])
  })

  test('is tried again by hand, also with what was given up for its age', async () => {
    const world = outboxWorld()
    world.receiver = away
    world.trouble('a')
    await world.pass(26 * hour)
    const dead = world.outbox.read().channels.get('ops')?.dead[0]
    world.receiver = () => ({ok: true, receipt: {}})
    world.outbox.append({kind: 'retried', message: dead?.message.id}, 'durable')
    await world.deliver()
    expect(world.arrived[0]?.id).toBe(dead?.message.id)
  })

  test('that names a pause holds its whole channel', async () => {
    const world = outboxWorld()
    const asked: number[] = []
    world.receiver = () => {
      asked.push(world.clock.now())
      return {ok: false, failure: 'transient', reason: 'HTTP 429', retryAfterMs: 20 * minute}
    }
    world.trouble('a')
    await world.pass(minute)
    world.trouble('b', {failureClass: 'other'})
    await world.pass(18 * minute)
    expect(asked).toHaveLength(1)
  })

  test('for good goes to the fallback at once', async () => {
    const world = outboxWorld({fallbackOf: (channel) => (channel === 'ops' ? 'mail' : undefined)})
    world.receiver = ({channel}) =>
      channel === 'ops' ? {ok: false, failure: 'permanent', reason: 'the token is wrong'} : {ok: true, receipt: {}}
    world.trouble('a')
    await world.pass(minute)
    expect(world.arrived).toMatchObject([{channel: 'mail', notes: ['By mail, since ops fails: the token is wrong']}])
  })
})

describe('a deliverer that is killed', () => {
  test('loses nothing, and what arrives twice has the same id', async () => {
    for (const when of ['kill before', 'kill after'] as const) {
      const world = outboxWorld()
      let kills = 3
      world.receiver = () => (kills-- > 0 ? when : {ok: true, receipt: {}})
      world.trouble('a')
      await world.pass(minute)
      world.recover('a')
      await world.pass(11 * minute)
      expect([...new Set(world.arrived.map(({id}) => id))]).toHaveLength(2)
      expect(world.arrived.map(({kind}) => kind).at(-1)).toBe('recovery')
    }
  })

  test('after a message has arrived has it sent again, and no other one says that it was not sent', async () => {
    const world = outboxWorld()
    let attempts = 0
    world.receiver = () => {
      attempts += 1
      if (attempts === 1) return 'kill after'
      return attempts < 4 ? {ok: false, failure: 'transient', reason: 'away'} : {ok: true, receipt: {}}
    }
    world.trouble('a')
    await world.pass(minute)
    world.recover('a')
    await world.pass(hour)
    expect(world.arrived.map(({kind, notes}) => [kind, notes])).toEqual([
      ['trouble', []],
      ['trouble', []],
      ['recovery', ['a: healthy again']],
    ])
  })
})

test('a silence keeps each notice back that it matches, and the next one after its end does not call it lasting', async () => {
  const world = outboxWorld()
  const silence = {kind: 'added', job: 'watchdog', reason: 'planned work', owner: 'eva'}
  world.silences.append({...silence, untilMs: world.clock.now() + hour}, 'durable')
  for (let index = 0; index < 2; index++) {
    world.notice('disk is full')
    await world.pass(20 * minute)
  }
  await world.pass(10 * hour)
  expect(suppressed(world)).toHaveLength(2)
  expect(world.arrived).toEqual([])
  world.notice('disk is full')
  await world.pass(minute)
  expect(world.arrived).toMatchObject([{notes: ['The same was kept back 10h 20m ago.']}])
})

describe('a silence', () => {
  const silence = {kind: 'added', job: 'a*', reason: 'planned work', owner: 'eva'}

  test('keeps back what it matches, with its reason on record, and its end is told if the trouble goes on', async () => {
    const world = outboxWorld()
    world.silences.append({...silence, untilMs: world.clock.now() + hour}, 'durable')
    world.trouble('a')
    world.trouble('b', {failureClass: 'other'})
    await world.pass(30 * minute)
    expect(world.arrived.map((message) => message.jobs[0]?.job)).toEqual(['b'])
    expect(suppressed(world)).toMatchObject([
      {reason: 'silenced by eva: planned work', group: expect.stringContaining('connection')},
    ])
    await world.pass(31 * minute)
    expect(world.arrived[1]).toMatchObject({notes: ['A silence has ended, and the trouble goes on.']})
  })

  test('over a repetition does not take the recovery of what was told before', async () => {
    const world = outboxWorld()
    world.trouble('a')
    await world.pass(minute)
    world.silences.append({...silence, untilMs: world.clock.now() + 10 * hour}, 'durable')
    await world.pass(5 * hour)
    world.recover('a')
    await world.pass(11 * minute)
    expect(kinds(world)).toEqual(['trouble', 'recovery'])
  })

  test('until a job is well that is well now holds until its trouble has come and gone', async () => {
    const world = outboxWorld()
    world.trouble('other', {failureClass: 'other'})
    await world.pass(minute)
    world.silences.append({...silence, untilMs: world.clock.now() + 24 * hour, untilHealthy: true}, 'durable')
    await world.pass(hour)
    await world.deliver()
    world.trouble('a')
    await world.pass(hour)
    expect(world.arrived.map(({jobs: [job]}) => job?.job)).toEqual(['other'])
    world.recover('a')
    await world.pass(hour)
    world.trouble('a')
    await world.pass(minute)
    expect(world.arrived.map(({jobs: [job]}) => job?.job)).toEqual(['other', 'a'])
  })

  test('until a job is well ends with that, and the recovery of what was not told is not told either', async () => {
    const world = outboxWorld()
    world.silences.append({...silence, untilMs: world.clock.now() + 24 * hour, untilHealthy: true}, 'durable')
    world.trouble('a')
    await world.pass(hour)
    world.recover('a')
    await world.pass(11 * minute)
    expect(world.arrived).toEqual([])
    expect(world.silences.read().size).toBe(0)
  })
})

describe('quiet hours', () => {
  test('hold all but what is CRITICAL and end in one digest', async () => {
    const world = outboxWorld()
    world.isQuiet = true
    world.trouble('a', {level: 'WARNING'})
    world.trouble('b', {failureClass: 'other', level: 'WARNING'})
    world.trouble('c', {failureClass: 'third'})
    await world.pass(hour)
    expect(world.arrived.map((message) => message.jobs[0]?.job)).toEqual(['c'])
    world.isQuiet = false
    await world.deliver()
    expect(world.arrived[1]).toMatchObject({kind: 'digest', title: '2 messages were held back (quiet hours)'})
  })
})
