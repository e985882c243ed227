import {expect, test} from 'vitest'
import type {ClockReading} from '../../../src/domain/clock/reading.js'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {heartbeatState} from '../../../src/domain/watchdog/daemon-heartbeat.js'

const minute = 60_000
const now: ClockReading = {at: 100 * minute, mono: 50 * minute, boot: 'a', host: 'h'}

type Differing = Partial<Omit<Lease, 'released'>> & {readonly released?: 'never'}

/** A lease that was last renewed so long ago, and given back. */
function lease(agoMs: number, {released, ...more}: Differing = {}): Lease {
  const seenAt = now.at - agoMs
  const expiresMono = now.mono - agoMs + minute
  return {
    job: 'guard-watchdog',
    holder: 'h:1',
    token: 1,
    claimId: 'c',
    ttlMs: minute,
    claimedAt: seenAt,
    claimedMono: expiresMono - minute,
    seenAt,
    expiresAt: seenAt + minute,
    expiresMono,
    boot: 'a',
    host: 'h',
    ...(released === 'never' ? {} : {released: {at: seenAt, status: 'ok'}}),
    ...more,
  }
}

test.each<[string, Lease | undefined, string]>([
  ['a watchdog that was never used is not late', undefined, 'never-used'],
  ['one that came lately is on time', lease(14 * minute), 'on-time'],
  ['one that came too long ago is late', lease(16 * minute), 'late'],
  ['one at work is on time', lease(0, {expiresMono: now.mono + minute, released: 'never'}), 'on-time'],
  ['one that died at work is late after the same time', lease(16 * minute, {released: 'never'}), 'late'],
  ['a wall clock set forward makes nobody late', lease(minute, {seenAt: 0}), 'on-time'],
  ['after a boot it has as long again', lease(0, {boot: 'b', seenAt: 0}), 'late'],
])('%s', (_title, own, is) => {
  expect(heartbeatState(own, now, 15 * minute).is).toBe(is)
})

test('right after a boot nobody is late', () => {
  expect(heartbeatState(lease(0, {boot: 'b', seenAt: 0}), {...now, mono: 5 * minute}, 15 * minute).is).toBe('on-time')
})

test('how old the last round is, is told in whole milliseconds, whatever parts the clock shows', () => {
  const seen = heartbeatState(lease(minute), {...now, mono: now.mono + 0.4}, 15 * minute)
  expect(seen).toMatchObject({is: 'on-time', ageMs: minute})
})
