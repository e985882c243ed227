import {existsSync, readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {until} from '../support/sandbox.js'
import {schedulerBox, untilRecords} from '../support/scheduler.js'

/** The wall clock of the scheduler alone is set by libfaketime, which reads its offset anew from a file. */

const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketime.so.1`)
  .find(existsSync)

const hours = (count: number) => count * 3600

/** Half an hour away, because a slot that is just due is run, not caught up. */
const minute = (new Date().getUTCMinutes() + 30) % 60

const settings = {
  everySecond: "job: {command: ['true'], schedule: '@every 1s'}",
  hourly: `job: {command: ['true'], schedule: '${minute} * * * *', timezone: UTC, catchUp: once}`,
}

/** Starts a scheduler whose clock is ahead by so many seconds, and returns what sets it anew. */
async function startWithClock(box: ReturnType<typeof schedulerBox>): Promise<(seconds: number) => void> {
  const set = (seconds: number) => box.write('offset', `${seconds >= 0 ? '+' : ''}${seconds}\n`)
  set(0)
  box.start(['scheduler', 'run'], {
    env: {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: box.path('offset'),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
  })
  await untilRecords(() => box.records('adopted'), 1, 'job')
  return set
}

/** A look at the clock comes at the latest after a minute, or with a HUP. */
async function look(box: ReturnType<typeof schedulerBox>): Promise<void> {
  const [pid] = box.living()
  const before = box.records('reloaded').length
  process.kill(pid ?? 0, 'SIGHUP')
  await until(() => box.records('reloaded').length > before, 'a round')
}

test('libfaketime is there', () => {
  expect(library).toBeDefined()
})

test.each([
  ['2 hours', hours(2)],
  ['a day', hours(24)],
])('a clock that is set forward by %s has the last slot caught up, once', {timeout: 60_000}, async (_, seconds) => {
  const box = schedulerBox(settings.hourly)
  const set = await startWithClock(box)
  set(seconds)
  await look(box)
  await untilRecords(() => box.records('fired'), 1, 'slot')
  await look(box)
  expect(box.records('fired')).toHaveLength(1)
  expect(box.records('fired')[0]).toMatchObject({catchUp: true})
})

test('a clock that is set back by 2 hours has no slot run twice', {timeout: 60_000}, async () => {
  const box = schedulerBox(settings.hourly)
  const set = await startWithClock(box)
  set(hours(3))
  await look(box)
  await untilRecords(() => box.records('fired'), 1, 'slot')
  const [first] = box.records('fired')
  set(hours(1))
  await look(box)
  await expectWaiting(box)
  // The same hours are shown again.
  set(hours(3))
  await look(box)
  expect(box.records('fired')).toEqual([first])
  set(hours(4))
  await look(box)
  await untilRecords(() => box.records('fired'), 2, 'slot')
})

/** By the clock of these commands, which is further behind. */
async function expectWaiting(box: ReturnType<typeof schedulerBox>): Promise<void> {
  const text = /job waits until .*, because the clock was set back and no slot is run twice/
  expect((await box.guard('scheduler', 'status')).stdout).toMatch(text)
  expect((await box.status()).json).toMatchObject({waiting: {jobs: ['job'], until: expect.any(String)}})
  expect((await box.guard('health')).stdout).toMatch(text)
  expect((await box.guard('doctor')).stdout).toMatch(text)
  const log = readFileSync(`${box.stateDir}/logs/guardian.log`, 'utf8')
  expect(log).toMatch(text)
}

test('@every goes on at once after its clock was set back by an hour', {timeout: 60_000}, async () => {
  const box = schedulerBox(settings.everySecond)
  const set = await startWithClock(box)
  await untilRecords(() => box.records('fired'), 1, 'slot')
  set(hours(-1))
  await look(box)
  const before = box.records('fired').length
  await untilRecords(() => box.records('fired'), before + 2, 'slots')
})

test('a clock that is set back by a day has no slot run twice', {timeout: 60_000}, async () => {
  const box = schedulerBox(settings.hourly)
  const set = await startWithClock(box)
  set(hours(2))
  await look(box)
  await untilRecords(() => box.records('fired'), 1, 'slot')
  set(hours(-22))
  await look(box)
  await look(box)
  set(hours(2))
  await look(box)
  const slots = box.records('fired').map(({slot}) => slot)
  expect(slots.length).toBe(new Set(slots).size)
})
