import {expect, test} from 'vitest'
import {emptyUptime, upTo} from '../../../src/domain/clock/uptime.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {lastEndOf} from '../../../src/domain/watchdog/last-end.js'
import type {JobRecords} from '../../../src/domain/watchdog/liveness.js'

const minute = 60_000
const now = {at: Date.UTC(2026, 0, 5, 12), mono: 600 * minute, boot: 'b', host: 'h'}
const clocks = {now, uptime: upTo(emptyUptime, now), nowUptimeMs: now.mono}
const stamp = (agoMs: number) => ({v: 1, boot: 'b', host: 'h', job: 'scan', at: now.at - agoMs, mono: now.mono - agoMs})
const claim = (id: string, agoMs: number) => ({...stamp(agoMs), id, kind: 'claimed', holder: id, ttlMs: 2 * minute})
const release = (of: string, token: number, agoMs: number, status: string) => ({
  ...stamp(agoMs),
  ...{id: `end-${of}`, kind: 'released', claim: of, token, status},
})

/** A job whose leases are all that is on record. */
function recordsAfter(...lines: RawRecord[]): JobRecords {
  const state = leaseFold.empty()
  for (const line of lines) leaseFold.apply(state, line)
  return {lease: state.byJob.get('scan'), jobRuns: undefined, deadLease: undefined}
}

test.each([
  ['ok', 'healthy'],
  ['error', 'error'],
])('a lease that is held does not hide that the one before it was released with %s', (status, outcome) => {
  const records = recordsAfter(claim('a', 5 * minute), release('a', 1, 4 * minute, status), claim('b', minute))
  expect(lastEndOf(records, clocks)).toMatchObject({outcome, uptimeMs: now.mono - 4 * minute})
})

test('a first lease that is held has no end before it', () => {
  expect(lastEndOf(recordsAfter(claim('a', minute)), clocks)).toBeUndefined()
})

test('of a job with runs on record the runs alone say how one before the present lease ended', () => {
  const records = recordsAfter(claim('a', 5 * minute), release('a', 1, 4 * minute, 'error'), claim('b', minute))
  expect(lastEndOf({...records, jobRuns: {runs: []}}, clocks)).toBeUndefined()
})
