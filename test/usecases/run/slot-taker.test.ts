import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {GuardError} from '../../../src/errors.js'
import {takerOf} from '../../../src/usecases/run/slot-taker.js'

const slotMs = Date.UTC(2026, 0, 5, 12)
const slot = 'backup#2026-01-05T12:00:00.000Z'
const minute = 60_000

/** A record of `backup` so many minutes after the slot. */
const record = (minutes: number, more: RawRecord = {}): RawRecord => ({
  ...{kind: 'started', job: 'backup', run: 'run-1', slot, at: slotMs + minutes * minute},
  ...more,
})

/** Who has taken the slot by these records, newest first; `read` counts those that are looked at. */
function ask(records: Iterable<RawRecord>) {
  let read = 0
  function* newestFirst() {
    for (const one of records) {
      read += 1
      yield one
    }
  }
  return {taker: takerOf({runs: {newestFirst}}, 'backup', slot), read}
}

test('of two runs that have begun for a slot the earlier one has taken it', () => {
  const {taker} = ask([record(2, {run: 'run-2'}), record(1)])
  expect(taker).toBe('run run-1, which began at 2026-01-05T12:01:00.000Z')
})

test('a run that was skipped has taken its slot too', () => {
  const {taker} = ask([record(2, {run: 'run-2'}), record(1, {kind: 'skipped'})])
  expect(taker).toBe('run run-1, which was skipped at 2026-01-05T12:01:00.000Z')
})

test('records of other slots and jobs take nothing', () => {
  const others = [record(3, {job: 'feed'}), record(2, {slot: 'backup#2026-01-05T12:01:00.000Z'})]
  expect(ask(others).taker).toBe('an earlier run')
})

test('no record from before the slot is looked at, because no run begins for a slot that is to come', () => {
  expect(ask([record(1), record(-1), record(-2)])).toMatchObject({read: 2})
})

test('the search ends after ten thousand records, so that a long journal delays no refusal', () => {
  const many = Array.from({length: 10_000}, () => record(2, {job: 'feed'}))
  expect(ask([...many, record(1), record(1)])).toEqual({taker: 'an earlier run', read: 10_001})
})

test('a journal that cannot be read to its end tells of the earliest run that was found', () => {
  function* broken(error: Error) {
    yield record(1)
    throw error
  }
  expect(ask(broken(new GuardError('io', 'damaged'))).taker).toContain('run run-1')
  expect(() => ask(broken(new TypeError('broken')))).toThrow('broken')
})
