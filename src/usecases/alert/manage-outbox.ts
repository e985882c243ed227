import type {OutboxState} from '../../domain/delivery/outbox.js'
import type {QueuedMessage} from '../../domain/delivery/queue.js'
import {findById, shortIdHints} from '../../domain/journal/id-prefix.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'

interface OutboxDeps {
  readonly outbox: Pick<Journal<OutboxState>, 'read' | 'append'>
}

/** Has a message attempted at once, also one that was given up; without an id all of them. @returns how many */
export function retryMessages({outbox}: OutboxDeps, id: string | undefined): number {
  const items = id === undefined ? allMessages(outbox.read()) : [findMessage(outbox.read(), id)]
  for (const {message} of items) outbox.append({kind: 'retried', message: message.id}, 'durable')
  return items.length
}

/** Takes a message out of the outbox. Throws GuardError `usage` if none or several are known by the id. */
export function dropMessage({outbox}: OutboxDeps, id: string, reason: string): QueuedMessage {
  const item = findMessage(outbox.read(), id)
  outbox.append({kind: 'dropped', message: item.message.id, channel: item.message.channel, reason}, 'durable')
  return item
}

function allMessages({channels}: OutboxState): readonly QueuedMessage[] {
  return Array.from(channels.values()).flatMap(({waiting, dead}) => [...waiting, ...dead])
}

function findMessage(state: OutboxState, id: string): QueuedMessage {
  const known = allMessages(state).map((item) => ({id: item.message.id, item}))
  const found = findById(known, id)
  if (found === 'ambiguous')
    throw new GuardError('usage', `several messages have an id that begins with ${id}`, ['write more of the id'])
  if (!found)
    throw new GuardError('usage', `no message ${id} waits`, [...shortIdHints(id), 'see them: guard alerts outbox'])
  return found.item
}
