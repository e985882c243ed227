import {endOfWait} from '../clock/wait.js'
import type {Message, Receipt} from './message.js'

/** What waits for one channel, in order. */
export interface ChannelQueue {
  readonly waiting: QueuedMessage[]
  /** Wall clock, ms: the last messages that were written for it, oldest first, for the cap. */
  readonly recent: number[]
  /** Nothing is attempted before; wall clock, ms. */
  heldUntilMs: number
  /** What the cap or the quiet hours held back; it becomes one digest. */
  readonly held: HeldNews[]
  heldCount: number
  /** Wall clock, ms: when the cap was reached; 0 if it is not. */
  fuseAtMs: number
  /** Wall clock, ms, of the last message that arrived, and of the last failure. */
  sentAtMs: number
  lastFailure: {readonly atMs: number; readonly reason: string} | undefined
  /** Who of its recipients will never get the last message that arrived, and why. */
  refused?: string | undefined
  /** Messages that were given up, newest last. */
  readonly dead: QueuedMessage[]
}

export interface HeldNews {
  readonly reason: 'cap' | 'quiet hours'
  readonly title: string
  /** Wall clock, ms: when it would have been sent; undefined in a snapshot of an older guard. */
  readonly atMs?: number
}

export interface QueuedMessage {
  readonly message: Message
  attempts: number
  /** An attempt has begun, and its outcome is not on record. */
  isOpen: boolean
  /** The outcome of an attempt has never come on record: it may have arrived. */
  isUncertain: boolean
  /** Wall clock, ms: it is not attempted before, unless the clock was set back since `changedMs`. */
  nextMs: number
  changedMs: number
  /** Wall clock, ms: it is given up a day after that. */
  fromMs: number
  lastReason: string | undefined
  /** The process that sends lacks a secret for it; `asked-for` once a person has it tried again, perhaps with the secret. */
  lacksSecret?: 'asked-for' | boolean
  /** It went to the fallback as well. */
  hasFallenBack: boolean
  /** Of a recovery: what its channel has given back for the first message of its group. */
  readonly first?: Receipt | undefined
  /** The recipients that do not have it yet, once the others have it; undefined if it is attempted for all. */
  owedTo?: readonly string[]
}

/** How many given-up messages, and how many items of a digest, are remembered. */
const keptDead = 50
const keptHeld = 20

/** The queue of a channel, which begins with its first message. */
export function queueIn(channels: Map<string, ChannelQueue>, channel: string): ChannelQueue {
  const known = channels.get(channel)
  if (known) return known
  const queue = newQueue()
  channels.set(channel, queue)
  return queue
}

function newQueue(): ChannelQueue {
  const lists = {waiting: [], recent: [], held: [], dead: []}
  return {...lists, heldUntilMs: 0, heldCount: 0, fuseAtMs: 0, sentAtMs: 0, lastFailure: undefined}
}

/** Keeps what the cap or the quiet hours hold back for the next digest. */
export function hold(queue: ChannelQueue, news: HeldNews): void {
  queue.heldCount += 1
  if (queue.held.length < keptHeld) queue.held.push(news)
}

/** The oldest message that nobody has yet: those behind it wait for it. */
export function headOfQueue({waiting}: Pick<ChannelQueue, 'waiting'>): QueuedMessage | undefined {
  return waiting.find(({owedTo}) => owedTo === undefined)
}

/**
 * The messages that wait for no other one. A message that only single recipients lack holds none of the others back.
 */
export function foremost(queue: ChannelQueue): readonly QueuedMessage[] {
  const head = headOfQueue(queue)
  return queue.waiting.filter((item) => item === head || item.owedTo !== undefined)
}

/** Wall clock, ms: when a message that waits for no other one may be attempted. */
export function dueMs({heldUntilMs, lastFailure}: ChannelQueue, item: QueuedMessage, nowMs: number): number {
  const failedMs = lastFailure?.atMs ?? 0
  return Math.max(
    endOfWait(item.changedMs, item.nextMs - item.changedMs, nowMs),
    endOfWait(failedMs, heldUntilMs - failedMs, nowMs),
  )
}

/** Gives a message up. */
export function bury(queue: ChannelQueue, item: QueuedMessage): void {
  removeMessage(queue, item.message.id)
  queue.dead.push(item)
  if (queue.dead.length > keptDead) queue.dead.shift()
}

export function removeMessage({waiting}: ChannelQueue, id: string): void {
  const index = waiting.findIndex(({message}) => message.id === id)
  if (index >= 0) waiting.splice(index, 1)
}
