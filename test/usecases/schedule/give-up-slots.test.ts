import {expect, test} from 'vitest'
import {schedulerFold} from '../../../src/domain/scheduler/scheduler.js'
import {GuardError} from '../../../src/errors.js'
import {giveUpSlots} from '../../../src/usecases/schedule/give-up-slots.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const slots = [Date.UTC(2026, 0, 5, 12), Date.UTC(2026, 0, 5, 13)]

function machine(fault?: Error) {
  const journal = memoryJournal(schedulerFold, fakeClock())
  const log: string[] = []
  const append: typeof journal.append = (...entry) => {
    if (fault) throw fault
    return journal.append(...entry)
  }
  const giveUp = (given: readonly number[]) =>
    giveUpSlots({journal: {append}, log: (text) => log.push(text)}, {job: 'sync', slots: given}, 'its job is gone')
  return {giveUp, log, lines: journal.lines}
}

test('slots that are given up are recorded and said together, with the reason', () => {
  const {giveUp, log, lines} = machine()
  giveUp(slots)
  expect(lines).toMatchObject([{kind: 'dropped', job: 'sync', slots, reason: 'its job is gone'}])
  expect(log).toEqual([
    'sync#2026-01-05T12:00:00.000Z, sync#2026-01-05T13:00:00.000Z is not started any more: its job is gone',
  ])
})

test('where there is none to give up, nothing is written or said', () => {
  const {giveUp, log, lines} = machine()
  giveUp([])
  expect([log, lines]).toEqual([[], []])
})

test('a journal that cannot be written ends no scheduler, a fault of the program does', () => {
  const {giveUp, log} = machine(new GuardError('io', 'the disk is full'))
  giveUp(slots)
  expect(log).toHaveLength(1)
  expect(() => machine(new TypeError('x is undefined')).giveUp(slots)).toThrow('x is undefined')
})
