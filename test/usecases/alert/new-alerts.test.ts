import {expect, test} from 'vitest'
import {alertsFold} from '../../../src/domain/alert/alert.js'
import {outboxFold} from '../../../src/domain/delivery/outbox.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {hasNewAlerts, markOf, newAlerts} from '../../../src/usecases/alert/new-alerts.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** A journal of alerts and an outbox. Alerts have ids of their own, as of several journals one after the other. */
function box() {
  const clock = fakeClock()
  const lines: RawRecord[] = []
  const alerts = memoryJournal(alertsFold, clock, lines)
  const outbox = memoryJournal(outboxFold, clock)
  const deps = {alerts, outbox}
  return {
    lines,
    deps,
    raise: (id: string, more: RawRecord = {}) => {
      clock.advance(1000)
      alerts.note({id, kind: 'raised', ...more}, 'buffered')
    },
    /** Takes the alert with this number. */
    take: (number: number) => {
      const {[number - 1]: record = {}} = lines
      outbox.note({kind: 'noted', token: 1, alert: number, as: markOf(record), atMs: record['at']}, 'buffered')
    },
    found: () => {
      const {fresh, isRecounted} = newAlerts(deps)
      return {fresh: fresh.map(({number, record}) => `${number} ${String(record['id'])}`), isRecounted}
    },
    isNews: () => hasNewAlerts(alerts.read(), outbox.read()),
  }
}

test('the alerts after the last one that was taken are new, the oldest first', () => {
  const {raise, take, found, isNews} = box()
  for (const id of ['a', 'b', 'c']) raise(id)
  take(1)
  expect([found(), isNews()]).toEqual([{fresh: ['2 b', '3 c'], isRecounted: false}, true])
  take(3)
  expect([found(), isNews()]).toEqual([{fresh: [], isRecounted: false}, false])
})

test('of an emptied journal all lines are new, also where it has as many again', () => {
  const {raise, take, found, lines} = box()
  for (const id of ['a', 'b']) raise(id)
  take(2)
  lines.length = 0
  raise('c')
  expect(found()).toEqual({fresh: ['1 c'], isRecounted: true})
  raise('d')
  expect(found()).toEqual({fresh: ['1 c', '2 d'], isRecounted: true})
})

test('an empty journal of which alerts were taken is news, though there is nothing to take', () => {
  const {raise, take, found, isNews, lines} = box()
  raise('a')
  take(1)
  lines.length = 0
  expect([found(), isNews()]).toEqual([{fresh: [], isRecounted: true}, true])
})

test('of an emptied journal whose earlier lines came back those that are no later than the last one taken are not new', () => {
  const {raise, take, found, lines} = box()
  for (const id of ['a', 'b', 'c']) raise(id)
  take(3)
  lines.pop()
  raise('d')
  expect(found()).toEqual({fresh: ['3 d'], isRecounted: true})
})

test('a line without a time in an emptied journal is new', () => {
  const {raise, take, found, lines} = box()
  for (const id of ['a', 'b']) raise(id)
  take(2)
  lines.length = 0
  raise('foreign', {at: 'now'})
  expect(found().fresh).toEqual(['1 foreign'])
})

test('a line that is written while the journal is read shifts no number', () => {
  const {raise, deps} = box()
  for (const id of ['a', 'b']) raise(id)
  let isFirst = true
  const newestFirst = () => {
    if (isFirst) raise('c')
    isFirst = false
    return deps.alerts.newestFirst()
  }
  const {fresh} = newAlerts({...deps, alerts: {...deps.alerts, newestFirst}})
  expect(fresh.map(({number, record}) => [number, record['id']])).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ])
})

test('a line is known again by its id, and by the beginning of its text if another program gave it none', () => {
  expect(markOf({id: 'x'.repeat(200)})).toBe('x'.repeat(100))
  expect(markOf({message: 'm'.repeat(300)})).toBe(`{"message":"${'m'.repeat(188)}`)
})
