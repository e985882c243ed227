import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {allRunsFold} from '../../../src/domain/run/job-runs.js'
import {jobDetails} from '../../../src/usecases/alert/job-details.js'
import type {LastLinesDeps} from '../../../src/usecases/history/last-lines.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const log = {file: '/logs/scan', inode: 1, from: 0, to: 9}

/** A run `r1` of `scan` that has failed, with these records between its beginning and its end. */
function failedRun(steps: readonly RawRecord[] = [], attempts = 1): LastLinesDeps {
  const runs = memoryJournal(allRunsFold, fakeClock())
  const note = (record: RawRecord) => runs.append({job: 'scan', run: 'r1', ...record} as never, 'durable')
  note({kind: 'started', log})
  for (let attempt = 0; attempt < attempts; attempt++) note({kind: 'attempt-ended', outcome: 'failed'})
  for (const step of steps) note({kind: 'step-ended', durationMs: 0, ...step})
  note({kind: 'ended', outcome: 'failed', durationMs: 1})
  const findStretches = () => [{file: log.file, from: 0, to: 9}]
  return {runs, findStretches, hasRotated: () => false, readEnd: () => 'HTTP 503\n'}
}

test('an alert says what the run has tried, and what of it failed', () => {
  const steps = [
    {do: 'restart', service: 'api', ok: false},
    {do: 'clear-locks', ok: true},
  ]
  expect(jobDetails(failedRun(steps, 3), 'scan', 'r1')).toEqual({
    tried: ['3 attempts', 'restart api (failed)', 'clear-locks'],
    lastLines: ['HTTP 503'],
  })
})

test('the only attempt of a run is not called a try', () => {
  expect(jobDetails(failedRun(), 'scan', 'r1').tried).toEqual([])
})

test('a rerun that was refused has not been tried', () => {
  const runs = memoryJournal(allRunsFold, fakeClock())
  const rerun = {kind: 'step-ended', do: 'rerun', durationMs: 0}
  for (const [run, ok] of [
    ['r1', false],
    ['r2', true],
  ] as const) {
    for (const record of [{kind: 'started', log}, {kind: 'interrupted'}, {...rerun, ok}])
      runs.append({job: 'scan', run, ...record}, 'durable')
  }
  const deps = {...failedRun(), runs}
  expect([jobDetails(deps, 'scan', 'r1').tried, jobDetails(deps, 'scan', 'r2').tried]).toEqual([[], ['rerun']])
})

test('what a run has tried is said also if its log is gone', () => {
  const deps = {...failedRun([], 2), findStretches: () => []}
  expect(jobDetails(deps, 'scan', 'r1')).toEqual({tried: ['2 attempts'], lastLines: undefined})
})

test('an alert that speaks of no run, or of one that is not known, says neither, whatever was said of an earlier run', () => {
  const nothing = {tried: undefined, lastLines: undefined}
  expect(jobDetails(failedRun(), 'scan', undefined)).toEqual(nothing)
  expect(jobDetails(failedRun(), 'scan', 'another-run')).toEqual(nothing)
})
