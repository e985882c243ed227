import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  awakeAt,
  awakeNow,
  calmSince,
  dueNote,
  emptyTimeline,
  type Moment,
  passage,
  type Timeline,
  upTo,
} from '../../../src/domain/clock/uptime.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start: Moment = {at: Date.UTC(2026, 0, 5, 12), mono: 10 * hour, boot: 'a'}

/** `ms` later on both clocks; the wall clock may have been moved besides. */
function later(moment: Moment, ms: number, jumpMs = 0): Moment {
  return {...moment, at: moment.at + ms + jumpMs, mono: moment.mono + ms}
}

function rebooted(moment: Moment, downMs: number, upMs = 0): Moment {
  return {at: moment.at + downMs + upMs, mono: upMs, boot: `${moment.boot}'`}
}

/** What a watchdog that came at these moments knows. */
function watched(...moments: readonly Moment[]): Timeline {
  return moments.reduce((timeline, moment) => upTo(timeline, moment), emptyTimeline)
}

const age = (timeline: Timeline, now: Moment, at: number) =>
  awakeNow(timeline, now) - awakeAt(timeline, {at}, awakeNow(timeline, now))

test('a note is due at the start, when the clock jumped, after a boot, and every half hour', () => {
  const timeline = watched(start)
  expect(dueNote(emptyTimeline, start)).toMatchObject({awake: start.mono})
  expect(dueNote(timeline, later(start, minute))).toBeUndefined()
  expect(dueNote(timeline, later(start, minute, 2 * minute))).toBeDefined()
  expect(dueNote(timeline, rebooted(start, minute))).toBeDefined()
  expect(dueNote(timeline, later(start, 30 * minute))).toBeDefined()
})

test.each([
  ['forward', day],
  ['back', -day],
])('a clock set %s makes nothing older and nothing younger', (_title, jumpMs) => {
  const writtenAt = later(start, 25 * minute).at
  const jumped = later(start, 30 * minute, jumpMs)
  const now = later(jumped, 20 * minute)
  const timeline = watched(start, later(start, 29 * minute), jumped, now)
  expect(age(timeline, now, writtenAt)).toBe(25 * minute)
  expect(age(timeline, now, later(jumped, minute).at)).toBe(19 * minute)
})

test('a record with both clocks is never mistaken', () => {
  const now = later(start, hour, -3 * day)
  const timeline = watched(start, now)
  expect(awakeNow(timeline, now) - awakeAt(timeline, start, awakeNow(timeline, now))).toBe(hour)
})

test('time that the machine was down or asleep ages nothing', () => {
  const up = rebooted(later(start, 10 * minute), 5 * hour, minute)
  const timeline = watched(start, later(start, 10 * minute), up)
  // The end of the first boot is known as the last note of it.
  expect(age(timeline, up, start.at)).toBe(minute)
  const slept = later(start, 10 * minute, 8 * hour)
  expect(age(watched(start, slept), slept, start.at)).toBe(10 * minute)
})

test('what was written between a jump and its notice belongs to the new clock', () => {
  const jumped = later(start, 10 * minute, -day)
  const noticed = later(jumped, minute)
  const timeline = watched(start, noticed)
  expect(age(timeline, noticed, jumped.at)).toBe(minute)
})

test('a file dated into the future is as old as the calm', () => {
  const now = later(start, hour, -3 * hour)
  const later2 = later(now, 2 * hour)
  const timeline = watched(start, now, later2)
  expect(age(timeline, later2, later2.at + 30 * day)).toBe(2 * hour)
})

test.each<[string, number, Moment, string]>([
  ['a time of a calm day is lived through', 5 * minute, later(start, hour), 'awake'],
  ['a time while the machine was down is not', 2 * hour, rebooted(later(start, hour), 5 * hour), 'down'],
  ['a time that the clock jumped over is not', 2 * hour, later(start, hour, 5 * hour), 'skipped'],
  ['a time before guard and before the boot is unknown', -11 * hour, later(start, hour), 'before'],
])('%s', (_title, sinceStartMs, now, is) => {
  const timeline = watched(start, later(start, 30 * minute), later(start, 59 * minute), now)
  expect(passage(timeline, start.at + sinceStartMs, awakeNow(timeline, now)).is).toBe(is)
})

test('a time that a clock set back by less than three hours shows twice is repeated, by a day is not', () => {
  for (const [backMs, is] of [
    [hour, 'repeated'],
    [day, 'awake'],
  ] as const) {
    const jumped = later(start, 2 * hour, -backMs)
    const now = later(jumped, 30 * hour)
    const timeline = watched(start, later(start, 2 * hour - minute), jumped, now)
    const shownTwice = backMs === hour ? start.at + hour + 30 * minute : start.at + 30 * minute
    expect(passage(timeline, shownTwice, awakeNow(timeline, now)).is).toBe(is)
  }
})

test('the awake clock runs back only by what a boot lasted after its last note, and ages are never negative', () => {
  const step = fc.record({
    ms: fc.integer({min: 1, max: 5 * hour}),
    jumpMs: fc.oneof(fc.constant(0), fc.integer({min: -3 * day, max: 3 * day})),
    boots: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, {maxLength: 30}), fc.integer({min: -4 * day, max: 4 * day}), (steps, offMs) => {
      let now = start
      let timeline = watched(now)
      let before = awakeNow(timeline, now)
      for (const {ms, jumpMs, boots} of steps) {
        now = boots ? rebooted(now, ms, ms % minute) : later(now, ms, jumpMs)
        timeline = upTo(timeline, now)
        const awake = awakeNow(timeline, now)
        expect(awake).toBeGreaterThanOrEqual(before - (boots ? 30 * minute : 0))
        expect(age(timeline, now, now.at + offMs)).toBeGreaterThanOrEqual(0)
        expect(calmSince(timeline)).toBeLessThanOrEqual(awake)
        before = awake
      }
    }),
  )
})
