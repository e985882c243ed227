import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  type BootReading,
  dueSample,
  emptyUptime,
  nowUptimeMs,
  type Uptime,
  undisturbedSince,
  upTo,
  uptimeAt,
  wasUpAt,
} from '../../../src/domain/clock/uptime.js'

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

const age = (uptime: Uptime, now: BootReading, at: number) =>
  nowUptimeMs(uptime, now) - uptimeAt(uptime, {at}, nowUptimeMs(uptime, now))

test('a note is due at the start, when the clock jumped, after a boot, and every half hour', () => {
  const uptime = watched(start)
  expect(dueSample(emptyUptime, start)).toMatchObject({uptimeMs: start.mono})
  expect(dueSample(uptime, later(start, minute))).toBeUndefined()
  expect(dueSample(uptime, later(start, minute, 2 * minute))).toBeDefined()
  expect(dueSample(uptime, rebooted(start, minute))).toBeDefined()
  expect(dueSample(uptime, later(start, 30 * minute))).toBeDefined()
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
  // The end of the first boot is known as the last note of it.
  expect(age(uptime, up, start.at)).toBe(minute)
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
  expect(wasUpAt(uptime, start.at + sinceStartMs, nowUptimeMs(uptime, now)).is).toBe(is)
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
    expect(wasUpAt(uptime, shownTwice, nowUptimeMs(uptime, now)).is).toBe(is)
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
        expect(undisturbedSince(uptime)).toBeLessThanOrEqual(uptimeMs)
        before = uptimeMs
      }
    }),
  )
})
