import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {unusualRuns} from '../../../src/domain/watchdog/unusual-run.js'
import {ended, jobFacts, minute, nowUptimeMs, second} from '../../support/job-facts.js'

/** Runs of one job, each so long and so long after the start of the one before. */
function jobRuns(runs: readonly {durationMs?: number; gapMs?: number; outcome?: string}[]) {
  const book = runsFold.empty()
  let at = Date.UTC(2026, 0, 5)
  runs.forEach(({durationMs = minute, gapMs = 10 * minute, outcome = 'healthy'}, index) => {
    at += gapMs
    const apply = (kind: string, more: object) =>
      runsFold.apply(book, {v: 1, id: `${kind}-${index}`, at, kind, job: 'a', run: `r${index}`, ...more} as RawRecord)
    apply('started', {})
    if (outcome !== 'open') apply('ended', {outcome, durationMs})
  })
  return book.get('a')
}

const steady = Array.from({length: 10}, () => ({}))
const idle = jobFacts({liveness: ended(minute)})
const envelope = {usualMs: minute, fromMs: 48 * second, toMs: 72 * second}

test('nothing is unusual about a job without runs, with few runs, or with runs alike', () => {
  expect(unusualRuns(undefined, idle)).toEqual([])
  expect(unusualRuns(jobRuns([{}, {}, {durationMs: 1}]), idle)).toEqual([])
  expect(unusualRuns(jobRuns(steady), idle)).toEqual([])
})

test('a good run that was longer or shorter than usual is named with what is usual', () => {
  expect(unusualRuns(jobRuns([...steady, {durationMs: 5 * minute}]), idle)).toEqual([
    {runId: 'r10', is: 'long', ms: 5 * minute, ...envelope},
  ])
  expect(unusualRuns(jobRuns([...steady, {durationMs: second}]), idle)).toMatchObject([{is: 'short', ms: second}])
})

test('a run that failed is judged by its end alone', () => {
  expect(unusualRuns(jobRuns([...steady, {durationMs: second, outcome: 'failed'}]), idle)).toEqual([])
})

test('a run that goes on is long as soon as it is', () => {
  const runs = jobRuns([...steady, {outcome: 'open'}])
  const since = (ms: number) =>
    jobFacts({liveness: {is: 'running', startedUptimeMs: nowUptimeMs - ms, seenUptimeMs: nowUptimeMs}})
  expect(unusualRuns(runs, since(second))).toEqual([])
  expect(unusualRuns(runs, since(2 * minute))).toEqual([{runId: 'r10', is: 'long', ms: 2 * minute, ...envelope}])
})

test('a run that began too soon after the one before is too often', () => {
  expect(unusualRuns(jobRuns([...steady, {gapMs: minute}]), idle)).toMatchObject([
    {runId: 'r10', is: 'too-often', ms: minute, usualMs: 10 * minute},
  ])
  expect(unusualRuns(jobRuns([...steady, {gapMs: 100 * minute}]), idle)).toEqual([])
})
