import {expect, test} from 'vitest'
import {alertsFold} from '../../../src/domain/alert/alert.js'
import {GuardError} from '../../../src/errors.js'
import {sayOnce} from '../../../src/usecases/alert/say-once.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const saying = {component: 'settings', message: 'a is wrong', reason: 'a'}

test('a reason is said once, and again after the interval', () => {
  const clock = fakeClock()
  const alerts = memoryJournal(alertsFold, clock)
  const lines: string[] = []
  const say = (reason: string) =>
    sayOnce({clock, alerts, log: (text) => lines.push(text), repeatMs: 1000}, {...saying, reason})
  expect([say('a'), say('a'), say('b')]).toEqual([true, false, true])
  clock.advance(1000)
  expect([say('a'), say('a')]).toEqual([true, false])
  expect(lines).toEqual(Array.from({length: 3}, () => 'settings: a is wrong'))
  expect(alerts.lines).toHaveLength(3)
})

test('if the journal cannot be used, it is said each time', () => {
  const clock = fakeClock()
  const read = () => {
    throw new GuardError('io', 'the disk is full')
  }
  const alerts = {...memoryJournal(alertsFold, clock), read}
  expect(sayOnce({clock, alerts, log: () => {}, repeatMs: 1000}, saying)).toBe(true)
})
