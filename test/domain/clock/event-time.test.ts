import {expect, test} from 'vitest'
import {eventTime} from '../../../src/domain/clock/event-time.js'
import {emptyUptime, nowUptimeMs, upTo, withSample} from '../../../src/domain/clock/uptime.js'

const minute = 60_000
const day = 24 * 60 * minute
const now = {at: 100 * day, mono: 30 * minute, boot: 'now', host: 'h'}

function clocksWith(uptime = emptyUptime) {
  const known = upTo(uptime, now)
  return {now, uptime: known, nowUptimeMs: nowUptimeMs(known, now)}
}

test('what happened before the last boot was as long ago as the wall clock says, though the machine was off', () => {
  const at = now.at - 3 * day
  const sampled = withSample(emptyUptime, {at, mono: 5 * minute, boot: 'before', uptimeMs: 5 * minute})
  for (const clocks of [clocksWith(), clocksWith(sampled)]) {
    expect(eventTime({at, mono: 5 * minute, boot: 'before'}, clocks)).toBe(at)
    expect(eventTime({at}, clocks)).toBe(at)
  }
})

test('what happened in this boot keeps its distance from now when the wall clock jumps', () => {
  const sign = {at: now.at - 40 * day, mono: now.mono - 10 * minute, boot: 'now'}
  expect(eventTime(sign, clocksWith())).toBe(now.at - 10 * minute)
  const jumped = withSample(emptyUptime, {...sign, uptimeMs: sign.mono})
  expect(eventTime({at: sign.at}, clocksWith(jumped))).toBe(now.at - 10 * minute)
})

test('what is dated later than now is not in the future', () => {
  expect(eventTime({at: now.at + day, mono: 1, boot: 'other'}, clocksWith())).toBeLessThanOrEqual(now.at)
  expect(eventTime({at: now.at + day}, clocksWith())).toBeLessThanOrEqual(now.at)
})
