import {expect, test} from 'vitest'
import {emptyUptime, upTo} from '../../../src/domain/clock/uptime.js'
import type {RunsByJob} from '../../../src/domain/run/job-runs.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {nextRunInMs} from '../../../src/domain/watchdog/next-run.js'
import {ended, hour, minute} from '../../support/job-facts.js'

const now = {at: Date.UTC(2026, 0, 5, 12), mono: 10 * hour, boot: 'a', host: 'h', machine: 'm'}
const clocks = {now, nowUptimeMs: now.mono, uptime: upTo(emptyUptime, now)}

/** An interrupted run that is run again, decided so long ago, and the records after that. */
function rerunDecided(agoMs: number, ...more: readonly object[]) {
  const runs: RunsByJob = runsFold.empty()
  const at = now.at - agoMs
  const records = [
    {kind: 'started', run: 'r1', at: at - hour},
    {kind: 'interrupted', run: 'r1', at, reason: 'its guard is gone'},
    {kind: 'step-ended', run: 'r1', at, do: 'rerun', ok: true, durationMs: 0},
    ...more,
  ]
  for (const record of records) runsFold.apply(runs, {job: 'j', ...record})
  return {lease: undefined, jobRuns: runs.get('j'), deadLease: undefined}
}

const untilNext = (records: ReturnType<typeof rerunDecided>) =>
  nextRunInMs({liveness: ended(hour), records, nextSlotAt: now.at + 2 * hour, freshForMs: undefined, clocks})

test('an interrupted run that is run again is followed at once', () => {
  expect(untilNext(rerunDecided(minute))).toBe(0)
})

test('by the next slot, once its rerun was refused', () => {
  const skipped = {kind: 'skipped', run: 'r2', at: now.at - 1000, reason: 'another host has it'}
  expect(untilNext(rerunDecided(minute, skipped))).toBe(2 * hour)
  const before = {...skipped, at: now.at - 2 * minute}
  expect(untilNext(rerunDecided(minute, before))).toBe(0)
})

test('by the next slot, if its rerun did not begin for long', () => {
  expect(untilNext(rerunDecided(11 * minute))).toBe(2 * hour)
})
