import {span} from '../clock/span.js'
import {storeName} from '../fleet/store-name.js'
import {unwatchedText} from '../incident/orphans.js'
import {isTime} from '../journal/record.js'
import {openclawName} from '../watchdog/openclaw-reachability.js'
import type {DueNews} from './decide.js'
import type {Group, Told} from './group.js'
import type {JobNews, Message} from './message.js'
import type {ChannelQueue, HeldNews, QueuedMessage} from './queue.js'
import {isAtLeast} from './route.js'

/** Where and when a message is written. */
export interface Writing {
  readonly id: string
  readonly host: string
  /** Wall clock, ms. */
  readonly nowMs: number
}

const namedJobs = 10
const longestTitle = 120

/** Writes the message about due news. What it replaces was never sent, so it says that itself. */
export function composeNews(due: DueNews, replaced: readonly QueuedMessage[], {id, host, nowMs}: Writing): Message {
  const {channel, group, kind, told, level, news} = due
  const isOver = kind === 'recovery'
  const jobs = isOver ? [] : namedOf(news)
  const firstMs = (group.hasEnd ? told?.firstMs : undefined) ?? begunMs(due)
  // The time for which it was well before this is written does not count as trouble.
  const durationMs = Math.max(0, group.lastMs - firstMs)
  const sinceMs = Math.min(nowMs, ...replaced.map(({message}) => message.atMs - message.lateMs))
  const [first] = jobs
  return {
    ...{id, channel, group: group.key, kind, host, jobs},
    level: isOver ? 'INFO' : level,
    title: cut(isOver ? overTitle(due, durationMs) : titleOf(due)),
    atMs: nowMs,
    jobCount: isOver ? Math.max(1, group.well.size) : news.length,
    cause: causeOf(due),
    firstMs,
    lastMs: group.lastMs,
    ...(isOver && {durationMs}),
    ...(isOver && isGivenUp(group) && {isGivenUp: true}),
    notes: [...notesOf(due, nowMs), ...replaced.map((item) => replacedNote(item))],
    lateMs: nowMs - sinceMs,
    command: first && group.hasEnd ? commandAbout(first.job) : 'guard alerts',
  }
}

function commandAbout(job: string): string {
  return job === storeName || job === openclawName ? 'guard health' : `guard history ${job}`
}

/** Among many the lines of an output are not shown, and ten times of them would be too long for a record. */
function namedOf(news: readonly JobNews[]): readonly JobNews[] {
  const named = urgentOf(news)
  return named.length === 1 ? named : named.map(({lastLines: _, ...rest}) => rest)
}

/** Those that a message names. */
export function urgentOf(news: readonly JobNews[]): readonly JobNews[] {
  return [...news].sort(byUrgency).slice(0, namedJobs)
}

function byUrgency(one: JobNews, other: JobNews): number {
  if (one.level !== other.level) return isAtLeast(one.level, other.level) ? -1 : 1
  return one.sinceMs - other.sinceMs
}

function titleOf({news, why, group}: DueNews): string {
  const [first] = news
  const again = why === 'again' && group.hasEnd ? 'still: ' : ''
  if (first === undefined) return group.key
  if (!group.hasEnd) return news.length === 1 ? first.reason : `${news.length} × ${first.reason}`
  if (news.length === 1) return `${again}${aboutJob(first)}`
  // The reason of one job says nothing of the others.
  return `${again}${news.length} jobs in trouble: ${first.errorLine ?? commonText(group.key)}`
}

/** A reason may begin with the name of its job. The error of a run is shorter; one that no run had is the reason. */
function aboutJob({job, reason, errorLine, outcome}: JobNews): string {
  if ((errorLine === undefined || outcome === undefined) && reason.startsWith(`${job} `)) return reason
  return `${job}: ${errorLine ?? reason}`
}

function overTitle({group}: DueNews, durationMs: number): string {
  const after = `after ${span(durationMs)}`
  const job = [...group.well][0] ?? /^([^:]{1,128}): /.exec(group.wellReason)?.[1]
  const is = isGivenUp(group) ? 'watched no longer' : 'well again'
  if (group.well.size <= 1 && job !== undefined) return `${job} is ${is} ${after}`
  // If there are several, only the reason of the last one is known.
  return `${group.well.size} jobs are ${isGivenUp(group) ? 'in trouble no longer' : is} ${after}`
}

/** Whether the trouble is over because nobody watches the job any more, of several the last one. */
function isGivenUp({wellReason}: Group): boolean {
  return wellReason.endsWith(`: ${unwatchedText}`)
}

function causeOf({group, news}: DueNews): string | undefined {
  return group.hasEnd && news.length > 1 ? commonText(group.key) : undefined
}

/** Nothing follows the class if its failures had no line of output, and a class that is unknown names no cause. */
function commonText(key: string): string {
  return key.replace(/: $/, '').replace(/^unknown: (?=.)/, '')
}

function notesOf({why, told, news, kind, group}: DueNews, nowMs: number): readonly string[] {
  if (kind === 'recovery') return wellNotes(group)
  if (kind === 'notice') return told ? [noticeNote(told, nowMs)] : []
  if (why === 'after-silence') return ['A silence has ended, and the trouble goes on.']
  const more = news.length - (told?.jobs ?? 0)
  if (why === 'more') return [`${more} more ${more === 1 ? 'job' : 'jobs'} than in the message before.`]
  if (why === 'worse') return ['It has become worse since the message before.']
  if (why === 'again' && told)
    return [`Told ${span(nowMs - (told.arrived?.atMs ?? told.atMs))} ago, and still not over.`]
  return []
}

/** A notice has no end: nothing says that its subject has gone on meanwhile. */
function noticeNote(told: Told, nowMs: number): string {
  const {raised = 1} = told
  const before = `was ${toldAgo(told, nowMs)}.`
  return raised > 1 ? `Raised ${raised} times since it ${before}` : `The same ${before}`
}

/** How the last news came to an end, and when: `told 4h ago`. */
export function toldAgo({silence, writtenMs, atMs}: Told, nowMs: number): string {
  const isTold = silence === undefined && writtenMs === atMs
  return `${isTold ? 'told' : 'kept back'} ${span(nowMs - atMs)} ago`
}

/** An age in the text of an alert was true when it was raised. */
const age = /,? \d+(?:ms|[smhd])(?: \d+[smh])? ago/g

/** Why one job is well; of several, which. */
function wellNotes({well, wellReason}: Group): readonly string[] {
  const names = [...well]
  if (names.length <= 1) return wellReason === '' ? [] : [wellReason.replace(age, '')]
  const more = names.length > namedJobs ? [`and ${names.length - namedJobs} more`] : []
  return [`Well again: ${[...names.slice(0, namedJobs), ...more].join(', ')}`]
}

function replacedNote({message}: QueuedMessage): string {
  return `Not sent before: ${dated(message)}`
}

function dated({title, atMs}: {readonly title: string; readonly atMs: number}): string {
  return `${title} (${new Date(isTime(atMs) ? atMs : 0).toISOString().slice(0, 16).replace('T', ' ')} UTC)`
}

/** What was held back, in one message. */
export function composeDigest(channel: string, {held, heldCount}: ChannelQueue, {id, host, nowMs}: Writing): Message {
  const rest = heldCount - held.length
  return {
    ...plain(channel, {id, host, nowMs}),
    kind: 'digest',
    group: 'digest',
    title: cut(`${heldCount === 1 ? '1 message was' : `${heldCount} messages were`} held back (${reasonsOf(held)})`),
    notes: [
      ...held.map(({title, atMs}) => (atMs === undefined ? title : dated({title, atMs}))),
      ...(rest > 0 ? [`and ${rest} more`] : []),
    ],
  }
}

function reasonsOf(held: readonly HeldNews[]): string {
  return [...new Set(held.map(({reason}) => (reason === 'cap' ? 'too many in an hour' : reason)))].join(', ')
}

/** Said once when a channel has had as many messages within an hour as it may. */
export function composeCapNotice(channel: string, cap: number, writing: Writing): Message {
  return {
    ...plain(channel, writing),
    kind: 'notice',
    level: 'WARNING',
    group: 'fuse',
    title: `${cap} messages within an hour: from now on one digest an hour`,
    notes: ['Each alert stands in guard alerts.'],
  }
}

/** A message by hand, to try a channel. */
export function composeTest(
  channel: string,
  news: JobNews | undefined,
  writing: Writing & {readonly title: string},
): Message {
  return {
    ...plain(channel, writing),
    kind: 'test',
    group: 'test',
    level: news?.level ?? 'INFO',
    title: writing.title,
    jobs: news ? [news] : [],
    jobCount: news ? 1 : 0,
    notes: ['This is a test: guard alerts test'],
  }
}

function plain(
  channel: string,
  {id, host, nowMs}: Writing,
): Omit<Message, 'kind' | 'group' | 'title' | 'notes'> & {
  readonly notes: readonly string[]
} {
  const times = {atMs: nowMs, firstMs: nowMs, lastMs: nowMs, lateMs: 0}
  return {id, channel, host, level: 'INFO', jobs: [], jobCount: 0, notes: [], command: 'guard alerts', ...times}
}

/** What a channel has been told once a message is written. */
export function toldBy({told, news, why, level, group}: DueNews): Omit<Told, 'atMs' | 'receipt' | 'heard'> {
  const repeats = why === 'again' ? (told?.repeats ?? 0) + 1 : 0
  const goesOn = group.hasEnd && told?.silence === undefined
  const firstMs = (goesOn ? told?.firstMs : undefined) ?? begunMs({news, group})
  return {jobs: news.length, level, repeats, firstMs, raisedMs: group.lastMs, silence: undefined}
}

/** Trouble begins before it is worth telling; a notice is of its own time. Wall clock, ms. */
function begunMs({news, group}: Pick<DueNews, 'news' | 'group'>): number {
  return Math.min(group.hasEnd ? group.firstMs : group.lastMs, ...news.map(({sinceMs}) => sinceMs))
}

function cut(title: string): string {
  const text = title.length <= longestTitle ? title : `${title.slice(0, longestTitle - 1)}…`
  return text.replace(/[\ud800-\udbff](?=…|$)/, '')
}
