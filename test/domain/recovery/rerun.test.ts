import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {mayBeRerun, undecidedRun} from '../../../src/domain/recovery/rerun.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'

const minute = 60_000

function after(...records: readonly Readonly<Record<string, unknown>>[]) {
  const book = runsFold.empty()
  const verdicts = records.map((record, at) =>
    runsFold.apply(book, {v: 1, id: `x${at}`, at: at * minute, job: 'a', ...record} as RawRecord),
  )
  return {jobRuns: book.get('a')!, verdicts}
}

const crashed = [
  {kind: 'started', run: 'r1'},
  {kind: 'interrupted', run: 'r1', reason: 'gone'},
]
const decided = {kind: 'step-ended', run: 'r1', do: 'rerun', ok: true}

test('an interrupted run that was the last of its job is undecided', () => {
  expect(undecidedRun(after(...crashed).jobRuns, undefined)).toMatchObject({id: 'r1'})
  const skipped = {kind: 'skipped', run: 'r2', reason: 'held'}
  expect(undecidedRun(after(...crashed, skipped).jobRuns, undefined)).toMatchObject({id: 'r1'})
})

test.each([
  ['it goes on', [crashed[0]!]],
  ['it has ended by itself', [crashed[0]!, {kind: 'ended', run: 'r1', outcome: 'failed'}]],
  ['it was decided on', [...crashed, decided]],
  ['it was decided not to', [...crashed, {...decided, ok: false}]],
  ['another run has cancelled it', [crashed[0]!, {kind: 'cancelled', run: 'r1', byRun: 'r2'}, crashed[1]!]],
  ['a later run began', [...crashed, {kind: 'started', run: 'r2'}]],
  [
    'a later run has skipped its work',
    [
      ...crashed,
      {kind: 'started', run: 'r2'},
      {kind: 'attempt-ended', run: 'r2', outcome: 'skipped'},
      {kind: 'ended', run: 'r2', outcome: 'skipped'},
    ],
  ],
])('nothing is to be decided of a run once %s', (_title, records) => {
  expect(undecidedRun(after(...records).jobRuns, undefined)).toBeUndefined()
})

test('nothing is decided while another run has the lease, nor after the window of the budget', () => {
  const {jobRuns} = after(...crashed)
  const lease = (holder: string, released?: object) => ({holder, released}) as Lease
  expect(undecidedRun(jobRuns, lease('r2'))).toBeUndefined()
  expect(undecidedRun(jobRuns, lease('r1'))).toBeDefined()
  expect(undecidedRun(jobRuns, lease('r2', {}))).toBeDefined()
  const ends = [5 * minute, 61 * minute].map((now) =>
    mayBeRerun(jobRuns.runs[0]!, {recoveries: 1, perMs: 60 * minute}, now),
  )
  expect(ends).toEqual([true, false])
})

test('of two decisions about one run the second is void, and so are other steps', () => {
  const {verdicts, jobRuns} = after(...crashed, decided, {...decided, ok: false}, {...decided, do: 'exec'})
  expect(verdicts).toEqual(['ok', 'ok', 'ok', 'void', 'void'])
  expect(jobRuns).toMatchObject({lastEnd: {runId: 'r1', isRerun: true}, streak: {count: 1}})
})

test('a run that is not run again says why, for the watchdog', () => {
  const {jobRuns} = after(...crashed, {...decided, ok: false, evidence: 'the budget is spent'})
  expect(jobRuns.lastEnd).toMatchObject({runId: 'r1', refused: 'the budget is spent'})
  expect(jobRuns.lastEnd?.isRerun).toBeUndefined()
})

test('of two interruptions of one run, and of one beside its own end, the second record is void', () => {
  expect(after(...crashed, crashed[1]!).verdicts).toEqual(['ok', 'ok', 'void'])
  expect(after(crashed[0]!, {kind: 'ended', run: 'r1', outcome: 'healthy'}, crashed[1]!).verdicts.at(-1)).toBe('void')
})
