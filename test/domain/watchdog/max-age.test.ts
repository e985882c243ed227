import {expect, test} from 'vitest'
import {emptyUptime, withSample} from '../../../src/domain/clock/uptime.js'
import {maxAgeMs} from '../../../src/domain/watchdog/max-age.js'
import {scan} from '../../support/watchdog-world.js'

const minute = 60_000
const hour = 60 * minute

/** Up for `upMs` without a disturbance; the uptime clock began with the boot. */
function clocksAfter(upMs: number) {
  const start = {at: 1_000_000 * hour, mono: 0, boot: 'b'}
  const uptime = withSample(emptyUptime, {...start, uptimeMs: 0})
  const now = {at: start.at + upMs, mono: upMs, boot: 'b', host: 'h'}
  return {now, uptime, nowUptimeMs: upMs}
}

const timed = {...scan, limits: {...scan.limits, freshForMs: undefined}}

test('a last run may be as old as the job may be silent, with its grace', () => {
  const facts = {slot: undefined, watchedSinceMs: 0, clocks: clocksAfter(2 * hour)}
  expect(maxAgeMs(scan, facts)).toBe(hour + minute)
})

test('nothing is said of a time through which the machine was not up, or the job not watched', () => {
  expect(maxAgeMs(scan, {slot: undefined, watchedSinceMs: 0, clocks: clocksAfter(hour)})).toBeUndefined()
  expect(maxAgeMs(scan, {slot: undefined, watchedSinceMs: hour, clocks: clocksAfter(2 * hour)})).toBeUndefined()
})

test('suspends in a row hide a job that does not run for twice the allowed time at most, and allow the time asleep on top', () => {
  const start = {at: 1_000_000 * hour, mono: 0, boot: 'b'}
  let now = start
  let uptime = withSample(emptyUptime, {...start, uptimeMs: 0})
  const allowed: (number | undefined)[] = []
  for (let suspend = 0; suspend < 20; suspend++) {
    now = {...now, at: now.at + 11 * minute, mono: now.mono + 9 * minute}
    uptime = withSample(uptime, {...now, uptimeMs: now.mono})
    const clocks = {now: {...now, host: 'h'}, uptime, nowUptimeMs: now.mono}
    allowed.push(maxAgeMs(scan, {slot: undefined, watchedSinceMs: 0, clocks}))
  }
  const silentMs = hour + minute
  const bound = allowed.findIndex((ms) => ms !== undefined)
  expect((bound + 1) * 9 * minute).toBeLessThanOrEqual(2 * silentMs + 9 * minute)
  expect(allowed.slice(bound)).not.toContain(undefined)
  // Of 61 minutes awake, 7 naps of 2 minutes.
  expect(allowed.at(-1)).toBe(silentMs + 7 * 2 * minute)
})

test('a last run may be as old as the latest slot that is late, and a minute more', () => {
  const clocks = clocksAfter(2 * hour)
  const slot = {at: clocks.now.at - 10 * minute, due: {is: 'up', uptimeMs: 110 * minute}, former: undefined} as const
  expect(maxAgeMs(timed, {slot, watchedSinceMs: 0, clocks})).toBe(11 * minute)
  expect(maxAgeMs(timed, {slot, watchedSinceMs: 115 * minute, clocks})).toBeUndefined()
  expect(maxAgeMs(timed, {slot: {...slot, due: {is: 'down', uptimeMs: 0}}, watchedSinceMs: 0, clocks})).toBeUndefined()
})

test('without any rule nothing is late', () => {
  expect(maxAgeMs(timed, {slot: undefined, watchedSinceMs: 0, clocks: clocksAfter(hour)})).toBeUndefined()
})
