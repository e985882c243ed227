import type {OutboxState} from '../../domain/delivery/outbox.js'
import type {ChannelQueue, QueuedMessage} from '../../domain/delivery/queue.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {whenText} from './times.js'

/** `guard alerts outbox`: the messages of each channel in their order, then those that were given up. */
export function renderOutbox(page: Page, {channels}: OutboxState): string {
  const rows = Array.from(channels).flatMap(([name, queue]) => [
    ...queue.waiting.map((item) => ({
      cells: cellsOf(name, item, whenNext(page, queue, item)),
      notes: noteOf(item),
    })),
    ...queue.dead.map((item) => ({cells: cellsOf(name, item, 'given up'), notes: noteOf(item)})),
    ...heldRow(name, queue),
    ...refusedRow(name, queue),
  ])
  return rows.length === 0 ? 'nothing waits to be sent' : renderTable(page, ['CHANNEL', 'ID', 'NEXT', 'MESSAGE'], rows)
}

function cellsOf(channel: string, {message}: QueuedMessage, next: string): readonly string[] {
  return [channel, message.id.slice(0, 4), next, message.title]
}

function whenNext(page: Page, queue: ChannelQueue, item: QueuedMessage): string {
  const at = nextAt(queue, item)
  return at <= page.nowMs ? 'now' : whenText(page, at)
}

/** A channel gets its messages in order: those behind one that failed wait for it, but not for what some are owed. Wall clock, ms. */
function nextAt({waiting, heldUntilMs}: ChannelQueue, item: QueuedMessage): number {
  const ahead = waiting.slice(0, waiting.indexOf(item)).filter(({owedTo}) => owedTo === undefined)
  const before = item.owedTo === undefined ? [...ahead, item] : [item]
  return Math.max(heldUntilMs, ...before.map(({nextMs}) => nextMs))
}

function noteOf({attempts, lastReason}: QueuedMessage): readonly string[] {
  if (attempts === 0) return lastReason === undefined ? [] : [`not attempted: ${lastReason}`]
  return [
    `${attempts} attempt${attempts === 1 ? '' : 's'}${lastReason === undefined ? '' : `, the last: ${lastReason}`}`,
  ]
}

function heldRow(channel: string, {heldCount, held}: ChannelQueue) {
  if (heldCount === 0) return []
  return [{cells: [channel, '', 'held', `${heldCount} for the next digest (${held[0]?.reason ?? ''})`]}]
}

function refusedRow(channel: string, {refused}: ChannelQueue) {
  return refused === undefined
    ? []
    : [{cells: [channel, '', '-', 'the last message did not reach each recipient'], notes: [refused]}]
}

export function outboxToJson({channels}: OutboxState): object {
  return {
    channels: Array.from(channels, ([channel, queue]) => ({
      channel,
      waiting: queue.waiting.map((item) => itemToJson(item, nextAt(queue, item))),
      givenUp: queue.dead.map((item) => itemToJson(item, item.nextMs)),
      held: queue.heldCount,
      ...(queue.refused !== undefined && {refused: queue.refused}),
      ...(queue.sentAtMs > 0 && {lastSentAt: new Date(queue.sentAtMs).toISOString()}),
      ...(queue.lastFailure && {
        lastFailure: {at: new Date(queue.lastFailure.atMs).toISOString(), reason: queue.lastFailure.reason},
      }),
    })),
  }
}

function itemToJson({message, attempts, lastReason, owedTo}: QueuedMessage, nextMs: number): object {
  const {id, group, kind, level, title, atMs} = message
  const about = {id, group, kind, level, title, at: new Date(atMs).toISOString()}
  return {
    ...about,
    attempts,
    nextAt: new Date(nextMs).toISOString(),
    ...(lastReason !== undefined && {reason: lastReason}),
    ...(owedTo !== undefined && {owedTo}),
  }
}
