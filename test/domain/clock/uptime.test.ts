import {expect, test} from 'vitest'
import {graceEnd, lastDisturbance} from '../../../src/domain/clock/disturbance.js'
import {
  type BootReading,
  dueSample,
  emptyUptime,
  isInFuture,
  nowUptimeMs,
  type Uptime,
  upTo,
  uptimeAt,
} from '../../../src/domain/clock/uptime.js'
import {wasUpAt} from '../../../src/domain/clock/was-up.js'
import {fc} from '../../support/properties.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start: BootReading = {at: Date.UTC(2026, 0, 5, 12), mono: 10 * hour, boot: 'a'}

/** `ms` later on both clocks; the wall clock may have been moved besides. */
function later(reading: BootReading, ms: number, jumpMs = 0): BootReading {
  return {...reading, at: reading.at + ms + jumpMs, mono: reading.mono + ms}
}

function rebooted(reading: BootReading, downMs: number, upMs = 0): BootReading {
  return {at: reading.at + downMs + upMs, mono: upMs, boot: `${reading.boot}'`}
}

/** What a watchdog that came at these readings knows. */
function watched(...readings: readonly BootReading[]): Uptime {
  return readings.reduce((uptime, reading) => upTo(uptime, reading), emptyUptime)
}

const asked = (uptime: Uptime, now: BootReading) => ({nowUptimeMs: nowUptimeMs(uptime, now), isWildcard: false})

const age = (uptime: Uptime, now: BootReading, at: number) =>
  nowUptimeMs(uptime, now) - uptimeAt(uptime, {at}, nowUptimeMs(uptime, now))

test('a sample is due at the start, when the clock jumped, after a boot, each minute at first and every half hour later', () => {
  const uptime = watched(start)
  expect(dueSample(emptyUptime, start)).toMatchObject({uptimeMs: start.mono})
  expect(dueSample(uptime, later(start, minute / 2))).toBeUndefined()
  expect(dueSample(uptime, later(start, minute))).toBeDefined()
  expect(dueSample(uptime, later(start, minute, 2 * minute))).toBeDefined()
  expect(dueSample(uptime, rebooted(start, minute))).toBeDefined()
  const old = watched(start, later(start, 2 * hour))
  expect(dueSample(old, later(start, 2 * hour + 29 * minute))).toBeUndefined()
  expect(dueSample(old, later(start, 2 * hour + 30 * minute))).toBeDefined()
})

test.each([
  ['forward', day],
  ['back', -day],
])('a clock set %s makes nothing older and nothing younger', (_title, jumpMs) => {
  const writtenAt = later(start, 25 * minute).at
  const jumped = later(start, 30 * minute, jumpMs)
  const now = later(jumped, 20 * minute)
  const uptime = watched(start, later(start, 29 * minute), jumped, now)
  expect(age(uptime, now, writtenAt)).toBe(25 * minute)
  expect(age(uptime, now, later(jumped, minute).at)).toBe(19 * minute)
})

test('a record with both clocks is never mistaken', () => {
  const now = later(start, hour, -3 * day)
  const uptime = watched(start, now)
  expect(nowUptimeMs(uptime, now) - uptimeAt(uptime, start, nowUptimeMs(uptime, now))).toBe(hour)
})

test('time that the machine was down or asleep ages nothing', () => {
  const up = rebooted(later(start, 10 * minute), 5 * hour, minute)
  const uptime = watched(start, later(start, 10 * minute), up)
  // The first boot ended after its last sample.
  expect(age(uptime, up, start.at)).toBe(11 * minute)
  const slept = later(start, 10 * minute, 8 * hour)
  expect(age(watched(start, slept), slept, start.at)).toBe(10 * minute)
})

test('what was written between a jump and its notice belongs to the new clock', () => {
  const jumped = later(start, 10 * minute, -day)
  const noticed = later(jumped, minute)
  const uptime = watched(start, noticed)
  expect(age(uptime, noticed, jumped.at)).toBe(minute)
})

test('a file dated into the future is as old as the calm', () => {
  const now = later(start, hour, -3 * hour)
  const later2 = later(now, 2 * hour)
  const uptime = watched(start, now, later2)
  expect(age(uptime, later2, later2.at + 30 * day)).toBe(2 * hour)
})

test.each<[string, number, BootReading, string]>([
  ['a time of a calm day is lived through', 5 * minute, later(start, hour), 'up'],
  ['a time while the machine was down is not', 2 * hour, rebooted(later(start, hour), 5 * hour), 'down'],
  ['a time that the clock jumped over is not', 2 * hour, later(start, hour, 5 * hour), 'skipped'],
  ['a time before guard and before the boot is unknown', -11 * hour, later(start, hour), 'before'],
])('%s', (_title, sinceStartMs, now, is) => {
  const uptime = watched(start, later(start, 30 * minute), later(start, 59 * minute), now)
  expect(wasUpAt(uptime, start.at + sinceStartMs, asked(uptime, now)).is).toBe(is)
})

test('a time that a clock set back by less than three hours shows twice is repeated, by a day is not', () => {
  for (const [backMs, is] of [
    [hour, 'repeated'],
    [day, 'up'],
  ] as const) {
    const jumped = later(start, 2 * hour, -backMs)
    const now = later(jumped, 30 * hour)
    const uptime = watched(start, later(start, 2 * hour - minute), jumped, now)
    const shownTwice = backMs === hour ? start.at + hour + 30 * minute : start.at + 30 * minute
    expect(wasUpAt(uptime, shownTwice, asked(uptime, now)).is).toBe(is)
    // cron goes by the new time at once for schedules of every minute or hour.
    expect(wasUpAt(uptime, shownTwice, {...asked(uptime, now), isWildcard: true}).is).toBe('up')
  }
})

test('the uptime clock runs back only by what a boot lasted after its last note, and ages are never negative', () => {
  const step = fc.record({
    ms: fc.integer({min: 1, max: 5 * hour}),
    jumpMs: fc.oneof(fc.constant(0), fc.integer({min: -3 * day, max: 3 * day})),
    boots: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, {maxLength: 30}), fc.integer({min: -4 * day, max: 4 * day}), (steps, offMs) => {
      let now = start
      let uptime = watched(now)
      let before = nowUptimeMs(uptime, now)
      for (const {ms, jumpMs, boots} of steps) {
        now = boots ? rebooted(now, ms, ms % minute) : later(now, ms, jumpMs)
        uptime = upTo(uptime, now)
        const uptimeMs = nowUptimeMs(uptime, now)
        expect(uptimeMs).toBeGreaterThanOrEqual(before - (boots ? 30 * minute : 0))
        expect(age(uptime, now, now.at + offMs)).toBeGreaterThanOrEqual(0)
        expect(lastDisturbance(uptime).uptimeMs).toBeLessThanOrEqual(uptimeMs)
        before = uptimeMs
      }
    }),
  )
})

test('what is dated just after the clock is now, and what is dated later is in the future', () => {
  const now = later(start, hour)
  const uptime = watched(start, now)
  expect([0, 100, minute].map((ms) => age(uptime, now, now.at + ms))).toEqual([0, 0, 0])
  expect([100, minute, minute + 1, day].map((ms) => isInFuture(uptime, now.at + ms, now))).toEqual([
    false,
    false,
    true,
    true,
  ])
})

test('a clock that runs a little ahead of the one of the boot makes nothing as old as the boot', () => {
  const now = later(start, hour, 50_000)
  const uptime = watched(start, now)
  expect(age(uptime, now, now.at)).toBe(0)
  expect(age(uptime, now, now.at + 30_000)).toBe(0)
})

test('a file of before the clock was set back is not in the future: the clock has shown that time', () => {
  const before = later(start, 3 * hour)
  const now = later(before, minute, -2 * hour)
  const uptime = watched(start, later(start, hour), later(start, 2 * hour), before, now)
  expect(isInFuture(uptime, before.at - minute, now)).toBe(false)
  expect(isInFuture(uptime, before.at + hour, now)).toBe(true)
})

test('the grace after disturbances in a row is extended by one more grace in all', () => {
  let now = start
  const readings = [now]
  const graceMs = 10 * minute
  const remaining: number[] = []
  for (let suspend = 0; suspend < 12; suspend++) {
    now = later(now, 9 * minute, 2 * minute)
    readings.push(now)
    const uptime = watched(...readings)
    remaining.push(graceEnd(uptime, graceMs) - nowUptimeMs(uptime, now))
  }
  // The boot was long before; the first suspend begins the grace, the second extends it, the third does not.
  expect(remaining.slice(0, 3)).toEqual([10 * minute, 10 * minute, 2 * minute])
  expect(remaining.slice(3).every((ms) => ms <= 0)).toBe(true)
  const calm = later(now, 20 * minute, 2 * minute)
  const again = watched(...readings, calm)
  expect(graceEnd(again, graceMs) - nowUptimeMs(again, calm)).toBe(graceMs)
})

test('guard first used on a machine that has been up for long sees no disturbance', () => {
  expect(graceEnd(watched(start), 10 * minute)).toBeLessThan(start.mono)
})

test('boots that end early carry the uptime on by nearly all that they lasted', () => {
  let now = start
  const readings: BootReading[] = [now]
  for (let boot = 0; boot < 20; boot++) {
    for (let round = 1; round <= 9; round++) {
      now = later(now, minute)
      readings.push(now)
    }
    now = rebooted(now, minute, minute)
    readings.push(now)
  }
  const uptime = watched(...readings)
  expect(nowUptimeMs(uptime, now) - start.mono).toBeGreaterThan(0.9 * 20 * 10 * minute)
})
