import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {withInferredEnds} from '../../../src/domain/run/inferred-runs.js'
import type {InferredEnd} from '../../../src/domain/run/interrupted-run.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {leaseNow as now} from '../../support/leases.js'

const stamp = (at: number) => ({v: 1, id: `r${at}`, boot: now.boot, host: now.host, at, mono: at, job: 'scan'})
const started = (run: string, at: number) => ({...stamp(at), kind: 'started', run})
const ended = (run: string, at: number) => ({...stamp(at), kind: 'ended', run, outcome: 'healthy'})

function bookAfter(...lines: RawRecord[]) {
  const book = runsFold.empty()
  for (const line of lines) runsFold.apply(book, line)
  return book
}

const over = (run: string, is: InferredEnd['is'] = 'over') => new Map([[run, {is, reason: 'killed'}]])

test('a run that is over counts as if that were on record, and the state of the journal stays as it is', () => {
  const book = bookAfter(started('a', 1), ended('a', 2), started('b', 3))
  const before = structuredClone(book)
  expect(withInferredEnds(book, over('b'), now).get('scan')).toMatchObject({
    runs: [{id: 'b', outcome: 'interrupted', detail: 'killed'}],
    lastEnd: {runId: 'b', outcome: 'interrupted'},
    streak: {isWell: false, count: 1},
  })
  expect(book).toEqual(before)
})

test('one that ended before a later run did does not outweigh that', () => {
  const book = bookAfter(started('a', 1), started('b', 2), ended('b', 3))
  expect(withInferredEnds(book, over('a'), now).get('scan')).toMatchObject({lastEnd: {runId: 'b'}})
})

test('one that is presumed over, or has ended meanwhile, is judged by its own records', () => {
  const book = bookAfter(started('a', 1))
  expect(withInferredEnds(book, over('a', 'presumed-over'), now)).toBe(book)
  const since = bookAfter(started('a', 1), ended('a', 2))
  expect(withInferredEnds(since, over('a'), now)).toBe(since)
})

test('a run that was cancelled is not failing while its guard is dead and its end not yet on record', () => {
  const cancelled = {...stamp(2), kind: 'cancelled', run: 'a', byRun: 'b'}
  expect(withInferredEnds(bookAfter(started('a', 1), cancelled), over('a'), now).get('scan')?.lastEnd).toBeUndefined()
})
