import type {FoldVerdict} from '../journal/fold.js'
import type {RawRecord} from '../journal/record.js'
import {type Group, keepArrival} from './group.js'
import {idsOf, refusedOf} from './outbox-fields.js'
import {bury, type ChannelQueue, type QueuedMessage, removeMessage} from './queue.js'

/** What becomes of the messages that are written: the attempts, and what is decided by hand. */

/** The part of the outbox that they change. */
interface Queues {
  readonly groups: ReadonlyMap<string, Group>
  readonly channels: ReadonlyMap<string, ChannelQueue>
}

/** What is on record of an attempt: that it begins, or how it went. */
export function applyAttempt(state: Queues, record: RawRecord, at: number): FoldVerdict {
  const found = queueOfMessage(state, record['message'])
  if (!found) return 'void'
  const {queue, item} = found
  if (record['kind'] === 'attempted') {
    item.attempts += 1
    item.isUncertain ||= item.isOpen
    item.isOpen = true
    item.lacksSecret = false
    return 'ok'
  }
  item.isOpen = false
  if (record['kind'] === 'sent') {
    applySent(state, found, record)
    return 'ok'
  }
  const {reason, nextMs, heldUntilMs, final, deferred} = record
  item.lastReason = String(reason)
  // Nothing was tried: this process had no secret for it.
  item.lacksSecret = deferred === true
  if (deferred === true) item.attempts -= 1
  // If a single recipient is refused, the channel has not failed.
  else if (!item.owedTo) queue.lastFailure = {atMs: at, reason: item.lastReason}
  item.changedMs = at
  if (typeof nextMs === 'number') item.nextMs = nextMs
  if (typeof heldUntilMs === 'number') queue.heldUntilMs = heldUntilMs
  if (final === true) bury(queue, item)
  return 'ok'
}

function applySent(state: Queues, {queue, item}: FoundMessage, {at, receipt, owedTo, reason, nextMs}: RawRecord): void {
  queue.sentAtMs = Number(at)
  queue.lastFailure = undefined
  const refused = refusedOf(receipt)
  // An attempt for single recipients says nothing of the others, and their message may be older than the last one.
  if (!item.owedTo || refused !== undefined) queue.refused = refused
  if (!item.owedTo) keepArrival(state.groups, item.message, {receipt, at: Number(at)})
  const rest = idsOf(owedTo)
  if (rest.length === 0) {
    removeMessage(queue, item.message.id)
    return
  }
  item.owedTo = rest
  item.lastReason = String(reason)
  item.changedMs = Number(at)
  if (typeof nextMs === 'number') item.nextMs = nextMs
}

/** What a person has decided about a message, also about one that was given up. */
export function applyByHand(state: Queues, record: RawRecord): FoldVerdict {
  const {kind, message: id, at} = record
  const found = queueOfMessage(state, id) ?? givenUp(state, id)
  if (!found) return 'void'
  const {queue, item} = found
  const index = queue.dead.indexOf(item)
  if (index >= 0) queue.dead.splice(index, 1)
  if (kind === 'dropped') {
    removeMessage(queue, item.message.id)
    return 'ok'
  }
  if (index >= 0) queue.waiting.push(Object.assign(item, {isOpen: false, lastReason: undefined}))
  Object.assign(item, retriedAt(at as number))
  if (item.lacksSecret === true) item.lacksSecret = 'asked-for'
  queue.heldUntilMs = 0
  return 'ok'
}

/** From now on it has a whole day again. */
function retriedAt(at: number): Pick<QueuedMessage, 'nextMs' | 'changedMs' | 'fromMs'> {
  return {nextMs: at, changedMs: at, fromMs: at}
}

interface FoundMessage {
  readonly queue: ChannelQueue
  readonly item: QueuedMessage
}

function queueOfMessage({channels}: Queues, id: unknown): FoundMessage | undefined {
  for (const queue of channels.values()) {
    const item = queue.waiting.find(({message}) => message.id === id)
    if (item) return {queue, item}
  }
  return undefined
}

function givenUp({channels}: Queues, id: unknown): FoundMessage | undefined {
  for (const queue of channels.values()) {
    const item = queue.dead.find(({message}) => message.id === id)
    if (item) return {queue, item}
  }
  return undefined
}
