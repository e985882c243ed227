import type {RawRecord} from '../journal/record.js'
import type {RoundSettings} from '../lease/settings-round.js'

/**
 * By whose settings a job is watched. Several projects of a user may share a state directory: each has its watchdog, and
 * where one has none, its runs judge their own jobs.
 */
export interface Watch {
  /** Empty for a run of a job that no settings name. */
  readonly settingsFile: string
  /** The job's `watchKey`. */
  readonly watchKey: string
  /** Uptime clock, ms. */
  readonly watchedSinceMs: number
  /** No watchdog with these settings has watched the job, only its runs. */
  readonly isByRuns?: true
  /** Since when a round has seen bad content in the outputs that these settings name; uptime clock, ms. */
  readonly badOutputSinceMs?: number | undefined
}

/** Since when a job is watched, and as what. */
export interface WatchRecord {
  /** Its `watchKey`, as an older version recorded it, without the settings. */
  readonly watchKey: string
  /** Uptime clock, ms. */
  readonly watchedSinceMs: number
  /** By whom, the last recorded first; undefined if only older versions did. */
  readonly watches?: readonly Watch[] | undefined
  /** Since when nobody watches it any more; uptime clock, ms. */
  readonly unwatchedSinceMs?: number | undefined
  /** As in a watch, as an older version recorded it, without the settings. */
  readonly badOutputSinceMs?: number | undefined
}

/** Who judges, in one round. A run of a job that its settings file does not name has none. */
export interface Judge extends RoundSettings {
  readonly isRun: boolean
}

/** More than the projects that name one job; a file that was moved counts anew. */
const mostWatches = 8

/** Since when, and as what, these settings watch a job. Older versions did not record which. */
export function watchBy(
  record: WatchRecord | undefined,
  settingsFile: string,
): Pick<WatchRecord, 'watchKey' | 'watchedSinceMs' | 'badOutputSinceMs'> | undefined {
  const watch = record?.watches?.find((one) => one.settingsFile === settingsFile)
  return watch ? {...watch, badOutputSinceMs: watch.badOutputSinceMs ?? record?.badOutputSinceMs} : record
}

/** Whether the outputs are bad, by the settings that name them; what an older version recorded is replaced by it. */
export function withOutput<R extends WatchRecord>(record: R, {bad, settingsFile, uptimeMs}: RawRecord): R {
  const badOutputSinceMs = bad === true ? (uptimeMs as number) : undefined
  if (typeof settingsFile !== 'string') return {...record, badOutputSinceMs}
  const watches = record.watches?.map((one) => (one.settingsFile === settingsFile ? {...one, badOutputSinceMs} : one))
  return {...record, watches, badOutputSinceMs: undefined}
}

/** Whether a round would record nothing new by `watched`. A watchdog takes over what runs have judged. */
export function isWatchedAs(
  record: WatchRecord | undefined,
  {settingsFile, isRun}: Pick<Judge, 'settingsFile' | 'isRun'>,
  watchKey: string,
): boolean {
  if (!record?.watches) return false
  let isThere = false
  // Asked of each job in each round.
  for (const watch of record.watches) {
    if (watch.isByRuns && !isRun) return false
    if (watch.settingsFile === settingsFile && watch.watchKey === watchKey) isThere = true
  }
  return isThere
}

interface WatchedJobs extends RawRecord {
  readonly jobs: readonly unknown[]
}

/** Whether it is a record `watched` or `unwatched` that says all it must. */
export function namesWatchedJobs(record: RawRecord): record is WatchedJobs {
  const {kind, as, jobs} = record
  return Array.isArray(jobs) && (kind === 'unwatched' || typeof as === 'string')
}

/** @returns whether the record says anything new */
export function changeWatches<R extends WatchRecord>(known: Map<string, R>, record: WatchedJobs, unknown: R): boolean {
  let isNews = false
  for (const job of record.jobs) {
    if (typeof job !== 'string') continue
    const before = known.get(job) ?? unknown
    const after = record['kind'] === 'unwatched' ? withoutWatch(before, record) : withWatch(before, record)
    if (after === before) continue
    known.set(job, after)
    isNews = true
  }
  return isNews
}

function withWatch<R extends WatchRecord>(record: R, {as, uptimeMs, settingsFile, by}: RawRecord): R {
  const now = {watchKey: as as string, watchedSinceMs: uptimeMs as number}
  if (typeof settingsFile !== 'string') return record.watchKey === as ? record : {...record, ...now}
  const judge = {settingsFile, isRun: by === 'run'}
  if (isWatchedAs(record, judge, now.watchKey)) return record
  const all = record.watches ?? []
  const former = all.find((watch) => watch.settingsFile === settingsFile)
  const {watchKey, watchedSinceMs} = former ?? record
  const watch: Watch = {
    ...{settingsFile, ...now},
    ...(watchKey === as && {watchedSinceMs}),
    ...(judge.isRun && (!former || former.isByRuns) && {isByRuns: true}),
    ...(former?.badOutputSinceMs !== undefined && {badOutputSinceMs: former.badOutputSinceMs}),
  }
  const others = all.filter((one) => one.settingsFile !== settingsFile && (judge.isRun || !one.isByRuns))
  return {...record, watches: [watch, ...others].slice(0, mostWatches), unwatchedSinceMs: undefined}
}

function withoutWatch<R extends WatchRecord>(record: R, {settingsFile, uptimeMs}: RawRecord): R {
  const watches = record.watches?.filter((watch) => watch.settingsFile !== settingsFile)
  if (watches?.length === record.watches?.length) return record
  return {...record, watches, ...(watches?.length === 0 && {unwatchedSinceMs: uptimeMs as number})}
}

/** Whether nobody watches the job any more, and it has not been active since. Uptime clock, ms. */
export function isUnwatched(record: WatchRecord | undefined, lastSeenMs: number): boolean {
  const sinceMs = record?.unwatchedSinceMs
  return sinceMs !== undefined && lastSeenMs <= sinceMs
}
