import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {readSuppressed} from '../../../src/usecases/alert/read-suppressed.js'

const at = Date.UTC(2026, 0, 5, 12)

const kept = (title: string, more: RawRecord = {}): RawRecord => ({
  ...{kind: 'suppressed', id: title, at, channel: 'ops', jobs: ['backup'], level: 'WARNING'},
  ...{title, reason: 'quiet hours'},
  ...more,
})

/** What is found among records, newest first. @returns its messages */
function messages(records: readonly RawRecord[], filter: Parameters<typeof readSuppressed>[1] = {}, limit = 10) {
  return readSuppressed({outbox: {newestFirst: () => records}}, filter, limit).map(({message}) => message)
}

test('messages that were not sent are found among all records of the outbox', () => {
  expect(messages([kept('b'), {kind: 'sent', at, title: 'sent'}, kept('a')])).toEqual(['b', 'a'])
})

test('a level means itself and worse ones', () => {
  const records = [kept('c', {level: 'CRITICAL'}), kept('w'), kept('i', {level: 'INFO'})]
  expect(messages(records, {level: 'WARNING'})).toEqual(['c', 'w'])
})

test('a message of several jobs is found by the name of each of them', () => {
  const records = [kept('both', {jobs: ['backup', 'scan']}), kept('other', {jobs: ['sync']}), kept('none', {jobs: []})]
  expect(messages(records, {job: 'scan'})).toEqual(['both'])
})

test('one of an earlier time hides none behind it: clocks are set back', () => {
  const records = [kept('late'), kept('early', {at: at - 1}), kept('on time')]
  expect(messages(records, {sinceMs: at})).toEqual(['late', 'on time'])
})

test('the limit counts what fits the filter, and no record behind the last one is read', () => {
  function* records() {
    yield kept('c')
    yield kept('other', {jobs: []})
    yield kept('b')
    throw new Error('read on')
  }
  const found = readSuppressed({outbox: {newestFirst: records}}, {job: 'backup'}, 2)
  expect(found.map(({message}) => message)).toEqual(['c', 'b'])
})

test('a line that another program has written is shown as far as it says something, unless it has no time', () => {
  const outbox = [
    {kind: 'suppressed', at, jobs: ['a', 5], level: 'worst'},
    {kind: 'suppressed', at: 1e300},
    {kind: 'suppressed', at: 'now'},
  ]
  expect(readSuppressed({outbox: {newestFirst: () => outbox}}, {}, 10)).toEqual([
    {
      ...{id: '', timestamp: '2026-01-05T12:00:00.000Z', level: 'INFO', channel: '', jobs: ['a']},
      ...{message: '', reason: ''},
    },
  ])
})
