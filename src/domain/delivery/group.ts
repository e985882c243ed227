import {hasFields, type RawRecord} from '../journal/record.js'
import type {AlertLevel} from '../settings/job.js'
import type {JobNews, Message, Receipt} from './message.js'
import {isAtLeast} from './route.js'

/** News of one cause: the jobs that are in trouble by it, and what each channel was told. */
export interface Group {
  readonly key: string
  /** By name, those in trouble now; of notices, those that are neither told nor kept back yet. */
  readonly jobs: Map<string, GroupedNews>
  /** Whether its news have an end, as those of jobs in trouble. */
  hasEnd: boolean
  /** Wall clock, ms: the first news since all was well. */
  firstMs: number
  lastMs: number
  /** Of the last recovery. */
  wellReason: string
  /** Jobs that were in trouble by it and are well. */
  readonly well: Set<string>
  /** By channel; a channel that was not told yet is in `waiting`. */
  readonly told: Map<string, Told>
  waiting: readonly string[]
}

interface GroupedNews {
  readonly news: JobNews
  readonly channels: readonly string[]
  /** Wall clock, ms: since when it is in trouble here; undefined in a snapshot of an older guard. */
  readonly notedMs?: number
  /** See AlertNews. */
  readonly isToldOnce?: boolean
}

/** What a channel was told of a group. */
export interface Told {
  /** Wall clock, ms: the last message, or when it was kept back. */
  readonly atMs: number
  /** Wall clock, ms: the last message that was written; undefined if each was kept back, or in a snapshot of an older guard. */
  readonly writtenMs?: number | undefined
  /** How many of the jobs in trouble it knows of. */
  jobs: number
  readonly level: AlertLevel
  /** How often it was repeated without anything new. */
  readonly repeats: number
  /** Of notices, wall clock, ms: when the last one of that message was raised; undefined in a snapshot of an older guard. */
  readonly raisedMs?: number | undefined
  /** How many notices were raised since; undefined in a snapshot of an older guard. */
  raised?: number
  /** Wall clock, ms: when that began of which it was told. */
  readonly firstMs: number
  /** Id of the silence that kept it from being told; undefined if it was told. */
  readonly silence: string | undefined
  /** Whether a message was ever written: only then its recovery is news. */
  readonly heard: boolean
  /** The last message that arrived, wall clock, ms; undefined if none has, or in a snapshot of an older guard. */
  arrived?: {readonly writtenMs: number; readonly atMs: number} | undefined
  /** Of the first message that arrived. */
  receipt: Receipt | undefined
}

/** A message names at most ten jobs; of more only the number and the name are needed. */
const detailedJobs = 20

export function applyNoted(groups: Map<string, Group>, record: RawRecord): void {
  const {event, group: key, subject, news, channels, atMs} = record
  if (typeof key !== 'string' || typeof subject !== 'string' || typeof record['at'] !== 'number') return
  // When the alert was raised; a time in the future is of a clock that was set back since.
  const at = typeof atMs === 'number' ? Math.min(atMs, record['at']) : record['at']
  const to = Array.isArray(channels) ? channels.filter((name) => typeof name === 'string') : []
  if (!isNews(news)) return
  if (event === 'recovered') {
    recover(groups, {subject, at, reason: news.reason})
    return
  }
  // A job stays with the group in which it was told first: another class of the same trouble is no other trouble.
  const own = event === 'trouble' ? groupOfJob(groups, subject) : undefined
  const group = own ?? openGroup(groups, key, {at, hasEnd: event === 'trouble'})
  if (event === 'trouble') leaveOthers(groups, subject, group)
  // A job that is back was told before. One that has taken the place of another was not.
  if (group.well.has(subject)) for (const channel of to) addKnown(group.told.get(channel))
  const notedMs = group.jobs.get(subject)?.notedMs ?? at
  const isToldOnce = record['isToldOnce'] === true && {isToldOnce: true}
  const entry = {news: group.jobs.size < detailedJobs ? news : short(news), channels: to, notedMs, ...isToldOnce}
  group.jobs.set(subject, entry)
  group.well.delete(subject)
  group.lastMs = at
  if (!group.hasEnd) for (const channel of to) countNotice(group.told.get(channel))
  group.waiting = [...new Set([...group.waiting, ...to.filter((channel) => !group.told.has(channel))])]
}

function addKnown(told: Told | undefined): void {
  if (told) told.jobs += 1
}

function countNotice(told: Told | undefined): void {
  if (told) told.raised = (told.raised ?? 0) + 1
}

/** Any program may write a line. */
function isNews(value: unknown): value is JobNews {
  if (typeof value !== 'object' || value === null) return false
  return hasFields(value as RawRecord, {job: 'string', level: 'string', reason: 'string', sinceMs: 'number'})
}

function short({job, level, reason, sinceMs}: JobNews): JobNews {
  return {job, level, reason: reason.slice(0, 120), sinceMs}
}

/** The group in which a job is in trouble, or was until a moment ago: its end is not told yet. */
function groupOfJob(groups: ReadonlyMap<string, Group>, job: string): Group | undefined {
  let ending: Group | undefined
  for (const group of groups.values()) {
    if (group.hasEnd && group.jobs.has(job)) return group
    if (group.jobs.size === 0 && group.told.size > 0 && group.well.has(job)) ending = group
  }
  return ending
}

/** The end of another group says nothing of a job that is in trouble by this one. */
function leaveOthers(groups: ReadonlyMap<string, Group>, job: string, group: Group): void {
  for (const other of groups.values()) if (other !== group) other.well.delete(job)
}

function openGroup(
  groups: Map<string, Group>,
  key: string,
  {at, hasEnd}: {readonly at: number; readonly hasEnd: boolean},
): Group {
  const known = groups.get(key)
  if (known) {
    if (known.jobs.size === 0 && known.told.size === 0) {
      known.firstMs = at
      known.well.clear()
    }
    return known
  }
  const maps = {
    jobs: new Map<string, GroupedNews>(),
    told: new Map<string, Told>(),
    waiting: [],
    well: new Set<string>(),
  }
  const group: Group = {key, ...maps, hasEnd, firstMs: at, lastMs: at, wellReason: ''}
  groups.set(key, group)
  return group
}

interface Recovery {
  readonly subject: string
  readonly at: number
  readonly reason: string
}

function recover(groups: Map<string, Group>, {subject, at, reason}: Recovery): void {
  for (const group of groups.values()) {
    if (!group.hasEnd || !group.jobs.delete(subject)) continue
    group.well.add(subject)
    group.wellReason = reason
    group.lastMs = at
    for (const [channel, told] of group.told) told.jobs = Math.min(told.jobs, newsFor(group, channel).length)
  }
}

/** Which jobs, and what, a message or its suppression is about. */
interface About {
  readonly channel: string
  readonly group: string
  readonly kind: string
}

/** A channel was told of a group, or was deliberately not. */
export function applyTold(
  groups: Map<string, Group>,
  {channel, group: key, kind}: About,
  told: Told | undefined,
): void {
  const group = groups.get(key)
  if (!group) return
  if (kind === 'recovery') {
    group.told.delete(channel)
    group.waiting = group.waiting.filter((one) => one !== channel)
    if (group.told.size === 0 && group.waiting.length === 0 && group.jobs.size === 0) groups.delete(key)
    return
  }
  if (!told) return
  const before = group.told.get(channel)
  const {receipt, firstMs, arrived} = before ?? told
  const since = before?.heard && group.hasEnd ? {receipt, firstMs, ...(arrived && {arrived})} : {}
  const heard = told.silence === undefined || (before?.heard ?? false)
  group.told.set(channel, {...told, ...since, heard, writtenMs: told.writtenMs ?? before?.writtenMs})
  group.waiting = group.waiting.filter((one) => one !== channel)
  if (!group.hasEnd) forgetNotices(group, channel)
}

/** A notice that a channel was told a short time ago is not told once more. */
export function applyKeptBack(groups: ReadonlyMap<string, Group>, channel: string, key: string): void {
  const group = groups.get(key)
  if (group && !group.hasEnd) forgetNotices(group, channel)
}

/** The first message of a group that arrived can be edited, or answered to. @param at wall clock, ms */
export function keepArrival(
  groups: ReadonlyMap<string, Group>,
  {group, channel, kind, atMs: writtenMs}: Message,
  {receipt, at}: {readonly receipt: unknown; readonly at: number},
): void {
  const told = groups.get(group)?.told.get(channel)
  if (!told || kind !== 'trouble') return
  told.arrived = {writtenMs, atMs: at}
  if (typeof receipt !== 'object' || receipt === null) return
  if (told.receipt === undefined) told.receipt = receipt as Receipt
}

/** Each notice is told or kept back once. */
function forgetNotices(group: Group, channel: string): void {
  for (const [subject, {news, channels}] of group.jobs) {
    const rest = channels.filter((one) => one !== channel)
    if (rest.length > 0) group.jobs.set(subject, {news, channels: rest})
    else group.jobs.delete(subject)
  }
}

/** The jobs in trouble that a channel has to be told about. */
export function newsFor(group: Group, channel: string): readonly JobNews[] {
  return Array.from(group.jobs.values()).flatMap(({news, channels}) => (channels.includes(channel) ? [news] : []))
}

export function worstLevel(news: readonly JobNews[]): AlertLevel {
  return news.reduce<AlertLevel>((worst, {level}) => (isAtLeast(level, worst) ? level : worst), 'INFO')
}

/**
 * When a channel was last told that a job is in trouble, or was written to about it. Wall clock, ms.
 *
 * @returns undefined if it was not, as while the cap of its hour keeps the news back
 */
export function tellingAbout(
  {channels, notedMs = 0}: GroupedNews,
  channel: string,
  {writtenMs, atMs, receipt, arrived}: Told,
): {readonly at: number; readonly hasArrived: boolean} | undefined {
  if (!channels.includes(channel)) return undefined
  if (arrived && arrived.writtenMs >= notedMs) return {at: arrived.atMs, hasArrived: true}
  const hasArrived = receipt !== undefined && !arrived
  const lastMs = writtenMs ?? (hasArrived ? atMs : undefined)
  return lastMs !== undefined && lastMs >= notedMs ? {at: lastMs, hasArrived} : undefined
}
