import {expect, test} from 'vitest'
import {outboxFold} from '../../../src/domain/delivery/outbox.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {dropMessage, retryMessages} from '../../../src/usecases/alert/manage-outbox.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const hour = 3_600_000

/** The outbox of two channels: `first-1` waits, `first-2` was given up, `mail-1` waits for its next attempt. */
function outboxOf() {
  const clock = fakeClock()
  const outbox = memoryJournal(outboxFold, clock)
  const write = (record: RawRecord) => outbox.append({token: 1, ...record} as never, 'durable')
  const about = {group: 'g', kind: 'trouble', level: 'CRITICAL', title: 't', atMs: 0, jobs: [], jobCount: 0, notes: []}
  const failed = (message: string, more: object) => {
    write({kind: 'attempted', message})
    write({kind: 'failed', message, reason: 'HTTP 429', ...more})
  }
  for (const [channel, id] of [
    ['ops', 'first-1'],
    ['ops', 'first-2'],
    ['mail', 'mail-1'],
  ])
    write({kind: 'pending', message: {...about, channel, id}})
  failed('first-2', {final: true, deferred: true, heldUntilMs: clock.now() + hour})
  failed('mail-1', {nextMs: clock.now() + hour})
  clock.advance(1000)
  const queue = (channel: string) => outbox.read().channels.get(channel)!
  const waiting = (channel: string) => queue(channel).waiting.map(({message}) => message.id)
  return {outbox, clock, queue, waiting}
}

test('a message is tried again at once by the beginning of its id, and no other one', () => {
  const {outbox, clock, queue} = outboxOf()
  expect(retryMessages({outbox}, 'mail')).toBe(1)
  expect(queue('mail').waiting[0]?.nextMs).toBe(clock.now())
  expect(queue('ops').dead).toHaveLength(1)
})

test('without an id all messages of all channels are tried again, also those that were given up', () => {
  const {outbox, queue, waiting} = outboxOf()
  expect(retryMessages({outbox}, undefined)).toBe(3)
  expect([waiting('ops'), waiting('mail'), queue('ops').dead]).toEqual([['first-1', 'first-2'], ['mail-1'], []])
})

test('a message that was given up is tried again as one that waits: no pause of its channel holds it, and its secret is asked for', () => {
  const {outbox, queue} = outboxOf()
  retryMessages({outbox}, 'first-2')
  const [, item] = queue('ops').waiting
  expect([queue('ops').heldUntilMs, item?.lacksSecret, item?.lastReason]).toEqual([0, 'asked-for', undefined])
})

test('a message that is dropped waits no longer, and the reason is on record', () => {
  const {outbox, waiting} = outboxOf()
  expect(dropMessage({outbox}, 'first-1', 'old news').message.id).toBe('first-1')
  expect(waiting('ops')).toEqual([])
  expect(outbox.lines.at(-1)).toMatchObject({kind: 'dropped', channel: 'ops', message: 'first-1', reason: 'old news'})
})

test('a message that was given up can be dropped, too', () => {
  const {outbox, queue, waiting} = outboxOf()
  dropMessage({outbox}, 'first-2', 'old news')
  expect([queue('ops').dead, waiting('ops')]).toEqual([[], ['first-1']])
})

test.each([
  ['that several messages have', 'first', 'several messages have an id that begins with first'],
  ['that no message has', 'other', 'no message other waits'],
  ['that is too short', 'mai', 'no message mai waits'],
])('an id %s is wrong usage, and nothing is written', (_title, id, message) => {
  const {outbox} = outboxOf()
  const before = outbox.lines.length
  expect(() => retryMessages({outbox}, id)).toThrow(expect.objectContaining({kind: 'usage', message}))
  expect(() => dropMessage({outbox}, id, 'old news')).toThrow(expect.objectContaining({kind: 'usage', message}))
  expect(outbox.lines).toHaveLength(before)
})
