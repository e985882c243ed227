import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {findAlert, readAlerts} from '../../../src/usecases/alert/read-alerts.js'

const nowMs = Date.UTC(2026, 0, 5, 12)

/** An alert that was raised so many minutes before noon. */
function alert(id: string, minutesAgo: number, more: RawRecord = {}): RawRecord {
  const timestamp = new Date(nowMs - minutesAgo * 60_000).toISOString()
  return {kind: 'raised', id, timestamp, level: 'WARNING', component: 'watchdog', message: id, ...more}
}

/** The lines are in the order of the journal. */
const depsOf = (...lines: readonly RawRecord[]) => ({alerts: {newestFirst: () => lines.toReversed()}})

function read(lines: readonly RawRecord[], filter: Parameters<typeof readAlerts>[1] = {}, limit = 10) {
  return readAlerts(depsOf(...lines), filter, limit).map(({id}) => id)
}

test('the last alerts are read, newest first, and no further back than they reach', () => {
  let readLines = 0
  const lines = [alert('a', 3), alert('b', 2), alert('c', 1)]
  const newestFirst = function* () {
    for (const line of lines.toReversed()) {
      readLines += 1
      yield line
    }
  }
  expect(readAlerts({alerts: {newestFirst}}, {}, 1).map(({id}) => id)).toEqual(['c'])
  expect([read(lines, {}, 2), readLines]).toEqual([['c', 'b'], 2])
})

test('of two alerts with one key the first counts, and stands in its own place', () => {
  const lines = [alert('a', 4, {key: 'k'}), alert('b', 3), alert('c', 2, {key: 'k'}), alert('d', 1, {key: 'other'})]
  expect(read(lines)).toEqual(['d', 'b', 'a'])
})

test('a second alert with a key takes no place of the limit from the first one', () => {
  expect(read([alert('a', 3), alert('b', 2, {key: 'k'}), alert('c', 1, {key: 'k'})], {}, 1)).toEqual(['b'])
})

test('an alert passes by its level or a worse one, its job and its component', () => {
  const lines = [
    alert('info', 3, {level: 'INFO', job: 'scan'}),
    alert('bad', 2, {level: 'CRITICAL', job: 'scan'}),
    alert('daemon', 1, {component: 'reset-daemon'}),
  ]
  expect(read(lines, {level: 'WARNING'})).toEqual(['daemon', 'bad'])
  expect(read(lines, {job: 'scan'})).toEqual(['bad', 'info'])
  expect(read(lines, {component: 'reset-daemon'})).toEqual(['daemon'])
})

test('an alert that says no time may be of any, and passes whichever is asked for', () => {
  const lines = [alert('old', 2), alert('then', 1), alert('timeless', 0, {timestamp: 'yesterday'})]
  expect(read(lines, {sinceMs: nowMs - 60_000})).toEqual(['timeless', 'then'])
})

test('a line of another program is an alert without an id, and one that is none is passed', () => {
  expect(read([{level: 'critical', message: 'the disk is full'}, {note: 'by hand'}])).toEqual([''])
})

test('an alert is found by its id or the beginning of it', () => {
  const deps = depsOf(alert('abcd-1', 2), alert('abcd-2', 1), {id: 'note-1', note: 'no alert'})
  expect(findAlert(deps, 'abcd-1').id).toBe('abcd-1')
  expect(() => findAlert(deps, 'abcd')).toThrow('several alerts have an id that begins with abcd')
  expect(() => findAlert(deps, 'note-1')).toThrow('no alert note-1 is known')
  expect(() => findAlert(deps, 'abc')).toThrow(
    expect.objectContaining({kind: 'usage', message: 'no alert abc is known'}),
  )
})
