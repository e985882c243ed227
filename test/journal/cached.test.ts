import {expect, test} from 'vitest'
import {breakerFold} from '../../src/domain/breaker/breaker.js'
import {cachedJournal} from '../../src/journal/cached.js'
import {fakeClock} from '../support/fake-clock.js'
import {memoryJournal} from '../support/memory-journal.js'

function cached() {
  const clock = fakeClock()
  const journal = memoryJournal(breakerFold, clock)
  let looks = 0
  const counted = {
    ...journal,
    read: () => {
      looks++
      return journal.read()
    },
  }
  return {clock, journal, own: cachedJournal(counted, 100, clock.mono), looks: () => looks}
}

test('nothing is read from disk until the state is older than the maximum age', () => {
  const {clock, own, looks} = cached()
  for (let check = 0; check < 1000; check++) own.read()
  expect(looks()).toBe(1)
  clock.advance(100)
  own.read()
  expect(looks()).toBe(2)
})

test('records of others are seen after the maximum age, and own records at once', () => {
  const {clock, journal, own} = cached()
  own.read()
  journal.note({kind: 'failed', target: 'theirs'}, 'buffered')
  expect(own.read().has('theirs')).toBe(false)
  clock.advance(100)
  expect(own.read().has('theirs')).toBe(true)
  own.append({kind: 'failed', target: 'appended'}, 'buffered')
  expect(own.read().has('appended')).toBe(true)
  own.note({kind: 'failed', target: 'noted'}, 'buffered')
  expect(own.read().has('noted')).toBe(true)
})
