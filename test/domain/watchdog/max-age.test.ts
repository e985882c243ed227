import {expect, test} from 'vitest'
import {withNote} from '../../../src/domain/clock/uptime.js'
import {allowedAgeMs} from '../../../src/domain/watchdog/max-age.js'
import {scan} from '../../support/watchdog-world.js'

const minute = 60_000
const hour = 60 * minute

/** Up for `upMs` without a disturbance; the awake clock began with the boot. */
function clocksAfter(upMs: number) {
  const start = {at: 1_000_000 * hour, mono: 0, boot: 'b'}
  const timeline = withNote({epochs: [], last: undefined}, {...start, awake: 0})
  const now = {at: start.at + upMs, mono: upMs, boot: 'b', host: 'h'}
  return {now, timeline, nowAwake: upMs}
}

const timed = {...scan, limits: {...scan.limits, freshForMs: undefined}}

test('a last run may be as old as the job may be silent, with its grace', () => {
  const facts = {slot: undefined, watchedAwake: 0, clocks: clocksAfter(2 * hour)}
  expect(allowedAgeMs(scan, facts)).toBe(hour + minute)
})

test('nothing is said of a time through which the machine was not up, or the job not watched', () => {
  expect(allowedAgeMs(scan, {slot: undefined, watchedAwake: 0, clocks: clocksAfter(hour)})).toBeUndefined()
  expect(allowedAgeMs(scan, {slot: undefined, watchedAwake: hour, clocks: clocksAfter(2 * hour)})).toBeUndefined()
})

test('a last run may be as old as the latest slot that is late, and a minute more', () => {
  const clocks = clocksAfter(2 * hour)
  const slot = {at: clocks.now.at - 10 * minute, due: {is: 'awake', awake: 110 * minute}, former: undefined} as const
  expect(allowedAgeMs(timed, {slot, watchedAwake: 0, clocks})).toBe(11 * minute)
  expect(allowedAgeMs(timed, {slot, watchedAwake: 115 * minute, clocks})).toBeUndefined()
  expect(allowedAgeMs(timed, {slot: {...slot, due: {is: 'down', awake: 0}}, watchedAwake: 0, clocks})).toBeUndefined()
})

test('without any rule nothing is late', () => {
  expect(allowedAgeMs(timed, {slot: undefined, watchedAwake: 0, clocks: clocksAfter(hour)})).toBeUndefined()
})
