import {endOfWait} from '../clock/wait.js'
import type {Entry} from '../journal/record.js'
import {deadAfterMs, fallbackAfterMs} from './backoff.js'
import {composeCapNotice, composeDigest, composeNews, toldAgo, toldBy, type Writing} from './compose.js'
import type {DueNews, RepeatedNews, SilencedNews} from './decide.js'
import type {Message} from './message.js'
import {hourMs, type OutboxState} from './outbox.js'
import {type ChannelQueue, dueMs, foremost, headOfQueue, type QueuedMessage, queueIn} from './queue.js'

export interface WriteFacts {
  /** Most messages of one channel within an hour. */
  readonly capOf: (channel: string) => number
  /**
   * Until when only CRITICAL messages are sent, or when to ask again, wall clock, ms; undefined if all are sent now.
   */
  readonly quietUntilMs: (channel: string) => number | undefined
  readonly host: string
  readonly nowMs: number
  readonly newId: () => string
}

/** The records of one piece of news: a message, or why there is none. */
export function writeNews(state: OutboxState, due: DueNews, facts: WriteFacts): readonly Entry[] {
  const queue = queueIn(state.channels, due.channel)
  if (facts.quietUntilMs(due.channel) !== undefined && due.level !== 'CRITICAL')
    return [held(due, 'quiet hours', facts)]
  if (recentCount(queue, facts.nowMs) >= facts.capOf(due.channel)) {
    const notice = hasCapNotice(queue, facts.nowMs) ? [] : [capNoticeOf(due.channel, facts)]
    return [held(due, 'cap', facts), ...notice]
  }
  const replaced = queue.waiting.filter((item) => mayReplace(item, due))
  const message = composeNews(due, replaced, writingOf(facts))
  const replaces = replaced.map((item) => item.message.id)
  return [
    {
      kind: 'pending',
      ...ofJob(due),
      message,
      told: toldBy(due),
      // With its recovery the group forgets what it was answered.
      ...(due.kind === 'recovery' && due.told?.receipt && {first: due.told.receipt}),
      ...(replaces.length > 0 && {replaces}),
    },
  ]
}

function writingOf({newId, host, nowMs}: WriteFacts): Writing {
  return {id: newId(), host, nowMs}
}

/** For `jq` and `guard why`: whose message it is, if it is about one job. */
function ofJob(due: DueNews): {readonly job?: string} {
  const [job, ...others] = jobsOf(due)
  return job !== undefined && others.length === 0 ? {job} : {}
}

function jobsOf({kind, news, group}: DueNews): readonly string[] {
  return kind === 'recovery' ? [...group.well] : news.map(({job}) => job)
}

/** How many jobs a record names at most; a storm has hundreds. */
const namedJobs = 10

/** What is not sent. */
function suppressed(due: DueNews, reason: string, title: string): Entry {
  const {channel, group, kind, level} = due
  const jobs = jobsOf(due).slice(0, namedJobs)
  const about = {channel, group: group.key, title, level, messageKind: kind, jobs}
  return {kind: 'suppressed', ...ofJob(due), ...about, reason}
}

/** What may have arrived is not replaced. */
function mayReplace({message, isOpen, isUncertain, owedTo}: QueuedMessage, {group}: DueNews): boolean {
  return message.group === group.key && !isOpen && !isUncertain && owedTo === undefined
}

function recentCount({recent}: ChannelQueue, nowMs: number): number {
  return recent.filter((at) => endOfWait(at, hourMs, nowMs) > nowMs).length
}

function hasCapNotice({fuseAtMs}: ChannelQueue, nowMs: number): boolean {
  return fuseAtMs > 0 && endOfWait(fuseAtMs, hourMs, nowMs) > nowMs
}

function capNoticeOf(channel: string, facts: WriteFacts): Entry {
  return {kind: 'pending', message: composeCapNotice(channel, facts.capOf(channel), writingOf(facts)), fuse: true}
}

function held(due: DueNews, reason: 'cap' | 'quiet hours', facts: WriteFacts): Entry {
  const {title} = composeNews(due, [], writingOf(facts))
  return {...suppressed(due, heldReasons[reason], title), held: reason, told: toldBy(due)}
}

const heldReasons = {cap: 'too many messages within an hour', 'quiet hours': 'quiet hours'} as const

/** News that a silence keeps back. It is told after the end of the silence, if the trouble goes on. */
export function writeSilenced(due: SilencedNews, facts: WriteFacts): Entry {
  const {id, owner, reason} = due.silence
  const {title} = composeNews(due, [], writingOf(facts))
  const entry = suppressed(due, `silenced by ${owner}: ${reason}`, title)
  return {...entry, silence: id, told: {...toldBy(due), silence: id}}
}

/** A notice that its channel was told a short time ago. The next message about the same says how often it was raised. */
export function writeRepeated(due: RepeatedNews, facts: WriteFacts): Entry {
  const {title} = composeNews(due, [], writingOf(facts))
  return {...suppressed(due, `the same was ${toldAgo(due.told, facts.nowMs)}`, title), isRepeated: true}
}

/** A recovery of what this channel was never told. */
export function writeUntold(due: DueNews): Entry {
  return suppressed(due, 'its trouble was not told', due.group.wellReason)
}

/** Digests that are due, of what the cap or the quiet hours have held back. */
export function writeDigests({channels}: OutboxState, facts: WriteFacts): readonly Entry[] {
  return Array.from(channels).flatMap(([channel, queue]) => {
    if (queue.heldCount === 0 || facts.nowMs < digestAt(channel, queue, facts)) return []
    return [{kind: 'pending', message: composeDigest(channel, queue, writingOf(facts)), fuse: false}]
  })
}

type DigestFacts = Pick<WriteFacts, 'quietUntilMs' | 'nowMs'>

function digestAt(channel: string, {held, fuseAtMs}: ChannelQueue, {quietUntilMs, nowMs}: DigestFacts): number {
  const untilMs = quietUntilMs(channel)
  if (untilMs !== undefined) return Math.max(untilMs, nowMs + 1)
  return held.some(({reason}) => reason === 'quiet hours') ? 0 : endOfWait(fuseAtMs, hourMs, nowMs)
}

/** What goes by the fallback of its channel as well: what was given up, and what has not arrived for a quarter of an hour. */
export function writeFallbacks(
  {channels}: OutboxState,
  fallbackOf: (channel: string) => string | undefined,
  facts: WriteFacts,
): readonly Entry[] {
  return Array.from(channels).flatMap(([name, {waiting, dead}]) => {
    const channel = fallbackOf(name)
    if (channel === undefined) return []
    const late = hasFailed(waiting) ? waiting.filter(({message}) => facts.nowMs - message.atMs >= fallbackAfterMs) : []
    return [...dead, ...late]
      .filter((item) => mayFallBack(item))
      .map(({message, lastReason}) => ({
        kind: 'pending',
        copyOf: message.id,
        message: fallbackMessage(message, {channel, name, reason: lastReason}, facts),
      }))
  })
}

/** A message behind one that failed is as late, though it was not attempted. */
function hasFailed(waiting: QueuedMessage[]): boolean {
  const head = headOfQueue({waiting})
  return head !== undefined && head.attempts > 0
}

/** A message that most recipients have has left the machine. */
function mayFallBack({hasFallenBack, owedTo}: QueuedMessage): boolean {
  return !hasFallenBack && owedTo === undefined
}

interface Fallback {
  readonly channel: string
  /** Of the channel that failed. */
  readonly name: string
  readonly reason: string | undefined
}

function fallbackMessage(message: Message, {channel, name, reason}: Fallback, {newId, nowMs}: WriteFacts): Message {
  const note = `By ${channel}, since ${name} fails${reason === undefined ? '' : `: ${reason}`}`
  return {...message, id: newId(), channel, notes: [...message.notes, note], lateMs: nowMs - message.atMs}
}

/**
 * The messages of each channel to attempt now: the oldest, if nothing holds it back, and those that only some
 * recipients lack.
 */
export function dueMessages({channels}: OutboxState, nowMs: number): readonly QueuedMessage[] {
  return Array.from(channels.values()).flatMap((queue) =>
    foremost(queue).filter((item) => nowMs >= dueMs(queue, item, nowMs)),
  )
}

/** Whether a process that lacks a secret makes way for one that may have it. */
export function makesWay({channels}: OutboxState): boolean {
  return Array.from(channels.values()).some(({waiting}) => waiting.some((item) => item.lacksSecret === 'asked-for'))
}

/** Whether a message has waited so long that it is given up. */
export function isGivenUp({fromMs}: QueuedMessage, nowMs: number): boolean {
  return nowMs - fromMs >= deadAfterMs
}

/** Wall clock, ms: when a message, a digest or a fallback is due; undefined if none waits. */
export function nextDelivery(
  {channels}: OutboxState,
  fallbackOf: (channel: string) => string | undefined,
  facts: DigestFacts,
): number | undefined {
  const times = Array.from(channels).flatMap(([name, queue]) => {
    const sends = foremost(queue).map((item) => dueMs(queue, item, facts.nowMs))
    const digests = queue.heldCount > 0 ? [digestAt(name, queue, facts)] : []
    const hasFallback = fallbackOf(name) !== undefined && hasFailed(queue.waiting)
    const fallbacks = hasFallback ? queue.waiting.filter((item) => mayFallBack(item)) : []
    return [...sends, ...digests, ...fallbacks.map(({message}) => message.atMs + fallbackAfterMs)]
  })
  return times.length === 0 ? undefined : Math.min(...times)
}
