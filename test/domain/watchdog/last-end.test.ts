import {expect, test} from 'vitest'
import {emptyUptime, upTo} from '../../../src/domain/clock/uptime.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {lastRunText} from '../../../src/domain/watchdog/bad-end.js'
import {lastEndOf, uncountedEndOf} from '../../../src/domain/watchdog/last-end.js'
import type {JobRecords} from '../../../src/domain/watchdog/liveness.js'
import {jobFacts} from '../../support/job-facts.js'

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

/** A run that began and ended so long ago. */
function run(id: string, agoMs: number, end: object): readonly RawRecord[] {
  const of = {...stamp(agoMs), run: id}
  return [
    {...of, kind: 'started'},
    {...of, kind: 'attempt-ended'},
    {...of, kind: 'ended', durationMs: 12, ...end},
  ]
}

/** What is said of the last run after these records. */
function lastRunAfter(...lines: readonly RawRecord[]): string {
  const book = runsFold.empty()
  for (const line of lines) runsFold.apply(book, line)
  const records: JobRecords = {lease: undefined, deadLease: undefined, jobRuns: book.get('scan')}
  const lastEnd = lastEndOf(records, clocks)
  const facts = {liveness: {is: 'ended', startedUptimeMs: 0, seenUptimeMs: 0}, lastEnd} as const
  return lastRunText(jobFacts({...facts, uncounted: uncountedEndOf(records, lastEnd, clocks)}))
}

const readerGone = {outcome: 'killed', class: 'reader-gone', detail: 'the reader of its output has gone'}

test('a last run that says nothing for or against the job is told from the last one that does', () => {
  const good = run('a', 5 * minute, {outcome: 'healthy'})
  const ago = (text: string) => text.replace(/\d.* ago/, 'AGO')
  const counted = 'its last run that counts ended well AGO'
  expect(ago(lastRunAfter(...good))).toBe('its last run ended well AGO')
  expect(ago(lastRunAfter(...good, ...run('b', minute, readerGone)))).toBe(counted)
  expect(ago(lastRunAfter(...good, ...run('b', minute, {outcome: 'skipped'})))).toBe(counted)
  expect(ago(lastRunAfter(...run('b', 6 * minute, readerGone), ...good))).toBe('its last run ended well AGO')
  expect(ago(lastRunAfter(...good, {...stamp(minute), kind: 'skipped', run: 'b'}))).toBe('its last run ended well AGO')
})

test('a last run that says nothing is what is told where no other has ended', () => {
  expect(lastRunAfter(...run('b', 0, readerGone))).toMatch(
    /^its last run was cut short .* ago \(the reader of its output has gone\), which says nothing for or against it$/,
  )
  expect(lastRunAfter(...run('b', 0, {outcome: 'skipped', detail: 'no market today'}))).toMatch(
    /^its last run said itself that it was skipped .* ago \(no market today\), which says nothing for or against it$/,
  )
})
