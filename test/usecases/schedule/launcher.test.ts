import {expect, test} from 'vitest'
import type {PendingSlot} from '../../../src/domain/scheduler/launch-order.js'
import {Launcher} from '../../../src/usecases/schedule/launcher.js'
import {fakeClock} from '../../support/fake-clock.js'

const minute = 60_000

function machine({maxParallel = 2, earlier = 0} = {}) {
  const clock = fakeClock()
  const started: string[] = []
  const onRecord = new Set<string>()
  const ends = new Map<string, (code: number | undefined) => void>()
  const launcher = new Launcher({
    clock,
    start: ({key}) => {
      started.push(key)
      const ended = new Promise<number | undefined>((resolve) => ends.set(key, resolve))
      return {pid: 1, ended, leave: () => undefined}
    },
    isOnRecord: ({key}) => onRecord.has(key),
    countEarlier: () => earlier,
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
  return {clock, launcher, started, onRecord, end}
}

function slotOf(clock: {now(): number}, job: string, second: number, isCatchUp = false): PendingSlot {
  const slot = clock.now() - 3_600_000 + second * 1000
  return {job, slot, key: `${job}#${second}`, dueAt: slot, isCatchUp}
}

test('no more than maxParallel start at once, those of an earlier scheduler included; the next when one has ended', async () => {
  const {clock, launcher, started, end} = machine({maxParallel: 3, earlier: 1})
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

test('a slot is given up after ten starts', async () => {
  const {clock, launcher, started, end} = machine()
  launcher.add(slotOf(clock, 'a', 1))
  for (let turn = 0; turn < 12; turn++) {
    launcher.launch()
    await end('a#1', undefined, false)
    clock.advance(minute)
  }
  expect(started).toHaveLength(10)
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
