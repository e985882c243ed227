import {expect, test} from 'vitest'
import type {PendingSlot} from '../../../src/domain/scheduler/launch-order.js'
import {Launcher} from '../../../src/usecases/schedule/launcher.js'
import {fakeClock} from '../../support/fake-clock.js'

const minute = 60_000

function machine({maxParallel = 2, earlier = [] as string[]} = {}) {
  const clock = fakeClock()
  const started: string[] = []
  const onRecord = new Set<string>()
  const givenUp: string[] = []
  const unknown = new Set<string>()
  const ends = new Map<string, (code: number | undefined) => void>()
  const launcher = new Launcher({
    clock,
    start: ({key}) => {
      started.push(key)
      const ended = new Promise<number | undefined>((resolve) => ends.set(key, resolve))
      return {pid: 1, ended, leave: () => undefined}
    },
    isOnRecord: ({key}) => onRecord.has(key),
    earlierJobs: () => earlier,
    isKnown: (job) => !unknown.has(job),
    giveUp: ({key}, reason) => givenUp.push(`${key}: ${reason}`),
    maxParallel: () => maxParallel,
    relaunchAfterMs: minute,
    wake: () => undefined,
    log: () => undefined,
  })
  const end = async (key: string, code: number | undefined, isRecorded = true) => {
    if (isRecorded) onRecord.add(key)
    ends.get(key)?.(code)
    await new Promise((resolve) => setImmediate(resolve))
    return launcher.launch()
  }
  return {clock, launcher, started, onRecord, givenUp, unknown, end}
}

function slotOf(clock: {now(): number}, job: string, second: number, isCatchUp = false): PendingSlot {
  const slot = clock.now() - 3_600_000 + second * 1000
  return {job, slot, key: `${job}#${second}`, dueAt: slot, isCatchUp}
}

/** A slot of a job with `overlap: wait`. */
function waitingSlot(clock: {now(): number}, job: string, second: number, patienceMs = Number.POSITIVE_INFINITY) {
  return {...slotOf(clock, job, second), isInOrder: true, patienceMs}
}

test('no more than maxParallel start at once, those of an earlier scheduler included; the next when one has ended', async () => {
  const {clock, launcher, started, end} = machine({maxParallel: 3, earlier: ['b']})
  for (const second of [3, 1, 2]) launcher.add(slotOf(clock, 'a', second))
  launcher.launch()
  expect(started).toEqual(['a#1', 'a#2'])
  await end('a#1', 0)
  expect(started).toEqual(['a#1', 'a#2', 'a#3'])
})

test('what is caught up starts after what is due, and one at a time of a job', async () => {
  const {clock, launcher, started, end} = machine({maxParallel: 9})
  launcher.add(slotOf(clock, 'a', 1, true))
  launcher.add(slotOf(clock, 'a', 2, true))
  launcher.add(slotOf(clock, 'b', 9))
  launcher.launch()
  expect(started).toEqual(['b#9', 'a#1'])
  await end('a#1', 1)
  expect(started).toEqual(['b#9', 'a#1', 'a#2'])
})

test('a slot without a run on record is started again after a minute, with the same key', async () => {
  const {clock, launcher, started, end} = machine()
  launcher.add(slotOf(clock, 'a', 1))
  launcher.launch()
  expect(await end('a#1', 137, false)).toBe(minute)
  expect(started).toEqual(['a#1'])
  clock.advance(minute)
  launcher.launch()
  expect(started).toEqual(['a#1', 'a#1'])
  await end('a#1', 0)
  clock.advance(minute)
  launcher.launch()
  expect(started).toEqual(['a#1', 'a#1'])
})

test('a job that ran without a record, as its exit code says, is not started again', async () => {
  const {clock, launcher, started, end} = machine()
  launcher.add(slotOf(clock, 'a', 1))
  launcher.launch()
  await end('a#1', 0, false)
  clock.advance(minute)
  launcher.launch()
  expect(started).toEqual(['a#1'])
})

test('what wrong settings refuse waits for other settings', async () => {
  const {clock, launcher, started, end} = machine()
  launcher.add(slotOf(clock, 'a', 1))
  launcher.launch()
  await end('a#1', 78, false)
  clock.advance(minute)
  launcher.launch()
  expect(started).toEqual(['a#1'])
  expect(launcher.counts()).toMatchObject({running: 0, queued: 1})
  launcher.retryRefused()
  launcher.launch()
  expect(started).toEqual(['a#1', 'a#1'])
})

test('what settings refuse that are no longer in use is tried again at once', async () => {
  const {clock, launcher, started, end} = machine()
  launcher.add(slotOf(clock, 'a', 1))
  launcher.launch()
  launcher.retryRefused()
  await end('a#1', 78, false)
  launcher.launch()
  expect(started).toEqual(['a#1', 'a#1'])
})

test('a slot of an earlier scheduler is started only if no run of it is on record by then', () => {
  const {clock, launcher, started, onRecord} = machine()
  launcher.addEarlier(slotOf(clock, 'a', 1), minute)
  launcher.addEarlier(slotOf(clock, 'b', 1), minute)
  expect(launcher.launch()).toBe(minute)
  onRecord.add('a#1')
  clock.advance(minute)
  launcher.launch()
  expect(started).toEqual(['b#1'])
})

test('a slot is given up after ten starts, with the reason', async () => {
  const {clock, launcher, started, givenUp, end} = machine()
  launcher.add(slotOf(clock, 'a', 1))
  for (let turn = 0; turn < 12; turn++) {
    launcher.launch()
    await end('a#1', undefined, false)
    clock.advance(minute)
  }
  expect(started).toHaveLength(10)
  expect(givenUp).toEqual(['a#1: it was started 10 times without a run on record: it could not be started'])
})

test('with overlap: wait the next slot of a job starts when the run before it has ended, and others meanwhile', async () => {
  const {clock, launcher, started, onRecord, end} = machine({maxParallel: 2})
  for (const second of [1, 2, 3]) launcher.add(waitingSlot(clock, 'w', second))
  launcher.launch()
  onRecord.add('w#1')
  launcher.add(slotOf(clock, 'tick', 4))
  launcher.launch()
  expect(started).toEqual(['w#1', 'tick#4'])
  await end('w#1', 0)
  expect(started).toEqual(['w#1', 'tick#4', 'w#2'])
})

test("a guard that waits for another caller's run takes no place of maxParallel", () => {
  const {clock, launcher, started, onRecord} = machine({maxParallel: 1})
  launcher.add(waitingSlot(clock, 'w', 1))
  launcher.launch()
  launcher.add(slotOf(clock, 'tick', 2))
  expect(launcher.launch()).toBe(1000)
  expect(started).toEqual(['w#1'])
  clock.advance(5000)
  launcher.launch()
  expect(started).toEqual(['w#1', 'tick#2'])
  onRecord.add('w#1')
  launcher.add(slotOf(clock, 'tick', 3))
  launcher.launch()
  expect(started).toEqual(['w#1', 'tick#2'])
})

test('a guard that waits for the jitter of its job takes no place of maxParallel until its run begins', async () => {
  const {clock, launcher, started, onRecord, end} = machine({maxParallel: 1})
  launcher.add({...slotOf(clock, 'j', 1), jitterMs: minute})
  launcher.add(slotOf(clock, 'tick', 2))
  launcher.launch()
  expect(started).toEqual(['j#1', 'tick#2'])
  await end('tick#2', 0)
  onRecord.add('j#1')
  launcher.add(slotOf(clock, 'tick', 3))
  launcher.launch()
  expect(started).toEqual(['j#1', 'tick#2'])
  await end('j#1', 0)
  expect(started).toEqual(['j#1', 'tick#2', 'tick#3'])
})

test('no more than maxParallel wait for their jitter, and none begins to wait while that many runs go on', async () => {
  const {clock, launcher, started, onRecord, end} = machine({maxParallel: 1})
  for (const second of [1, 2]) launcher.add({...slotOf(clock, 'j', second), jitterMs: minute})
  expect(launcher.launch()).toBe(1000)
  expect(started).toEqual(['j#1'])
  onRecord.add('j#1')
  launcher.launch()
  expect(started).toEqual(['j#1'])
  await end('j#1', 0)
  expect(started).toEqual(['j#1', 'j#2'])
})

test('a guard without a run on record takes a place once its jitter must be over', () => {
  const {clock, launcher, started} = machine({maxParallel: 1})
  launcher.add({...slotOf(clock, 'j', 1), jitterMs: minute})
  launcher.launch()
  clock.advance(minute + 5000)
  launcher.add(slotOf(clock, 'tick', 2))
  launcher.launch()
  expect(started).toEqual(['j#1'])
})

test('a slot that has waited for as long as its job allows is started, so that it is refused on record', () => {
  const {clock, launcher, started} = machine({maxParallel: 9})
  launcher.add({...waitingSlot(clock, 'w', 3600, 30_000)})
  launcher.add({...waitingSlot(clock, 'w', 3601, 30_000)})
  launcher.launch()
  clock.advance(1000)
  launcher.launch()
  expect(started).toEqual(['w#3600'])
  clock.advance(30_000)
  launcher.launch()
  expect(started).toEqual(['w#3600', 'w#3601'])
})

test('of more than 100 slots of a job that wait the oldest is given up', () => {
  const {clock, launcher, givenUp} = machine()
  for (let second = 0; second <= 101; second++) launcher.add(waitingSlot(clock, 'w', second))
  expect(givenUp).toEqual(['w#0: 100 later slots of its job wait, too', 'w#1: 100 later slots of its job wait, too'])
  expect(launcher.counts().queued).toBe(100)
})

test('slots that had no place when they were due go one at a time, where all are to be run', async () => {
  const {clock, launcher, started, end} = machine({maxParallel: 2})
  const soon = (job: string, second: number) => slotOf(clock, job, 3600 + second)
  launcher.add(soon('b', 0))
  launcher.add(soon('c', 0))
  for (const second of [0, 15, 20]) launcher.add({...soon('z', second), isInOrder: true})
  launcher.launch()
  expect(started).toEqual(['b#3600', 'c#3600'])
  clock.advance(20_000)
  await end('b#3600', 0)
  await end('c#3600', 0)
  expect(started).toEqual(['b#3600', 'c#3600', 'z#3600'])
  await end('z#3600', 0)
  expect(started).toEqual(['b#3600', 'c#3600', 'z#3600', 'z#3615'])
  await end('z#3615', 0)
  expect(started.at(-1)).toBe('z#3620')
})

test('what is due of a job comes after what is caught up of it, where all is to go in order', async () => {
  const {clock, launcher, started, end} = machine({maxParallel: 9})
  for (const second of [1, 2]) launcher.add({...slotOf(clock, 'a', second, true), isInOrder: true})
  launcher.launch()
  launcher.add({...slotOf(clock, 'a', 3), isInOrder: true})
  launcher.launch()
  await end('a#1', 0)
  expect(started).toEqual(['a#1', 'a#2'])
  await end('a#2', 0)
  expect(started).toEqual(['a#1', 'a#2', 'a#3'])
})

test('what is caught up of a job waits for the run of it that an earlier scheduler has started', () => {
  const earlier = ['a']
  const {clock, launcher, started} = machine({maxParallel: 9, earlier})
  launcher.add(slotOf(clock, 'a', 1, true))
  expect(launcher.launch()).toBe(1000)
  expect(started).toEqual([])
  earlier.pop()
  launcher.launch()
  expect(started).toEqual(['a#1'])
})

test('slots of a job that the settings have no longer are given up, those that wait and those that fail', async () => {
  const {clock, launcher, started, givenUp, unknown, end} = machine({maxParallel: 1})
  launcher.add(slotOf(clock, 'a', 1))
  launcher.add(slotOf(clock, 'a', 2))
  launcher.add(slotOf(clock, 'b', 3))
  launcher.launch()
  unknown.add('a')
  launcher.dropUnknown()
  await end('a#1', 64, false)
  const reason = 'the settings have its job no longer, or no schedule of it'
  expect(givenUp).toEqual([`a#2: ${reason}`, `a#1: ${reason}`])
  expect(started).toEqual(['a#1', 'b#3'])
  expect(launcher.counts()).toMatchObject({running: 1, queued: 0})
})

test.each([0, 7, 127])(
  'a slot whose job ended with %i is done, also where its run could not be recorded',
  async (code) => {
    const {clock, launcher, started, end} = machine()
    launcher.add(slotOf(clock, 'a', 1))
    launcher.launch()
    await end('a#1', code, false)
    expect(launcher.isUnrecorded('a#1')).toBe(true)
    clock.advance(2 * minute)
    launcher.launch()
    expect(started).toEqual(['a#1'])
  },
)

test.each([undefined, 74, 75, 137])(
  'a slot whose guard ended with %s is started again without a record',
  async (code) => {
    const {clock, launcher, started, end} = machine()
    launcher.add(slotOf(clock, 'a', 1))
    launcher.launch()
    await end('a#1', code, false)
    expect(launcher.isUnrecorded('a#1')).toBe(false)
    clock.advance(2 * minute)
    launcher.launch()
    expect(started).toEqual(['a#1', 'a#1'])
  },
)
