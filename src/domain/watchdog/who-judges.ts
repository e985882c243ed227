import type {SeenWatchdog} from './watchdogs.js'
import type {Watch} from './watches.js'

/** Whether a watchdog with these settings makes its rounds. One that does not say which it has counts, as any does without settings. */
export function isOnTime(seen: readonly SeenWatchdog[], settingsFile: string): boolean {
  return seen.some(
    (one) =>
      one.state.is === 'on-time' &&
      (one.settingsFile === settingsFile || one.settingsFile === undefined || settingsFile === ''),
  )
}

/** What is known of who watches a job. */
interface WatchedBy {
  /** Those of the process that asks. */
  readonly settingsFile: string
  /** Whether they name the job. */
  readonly isNamed: boolean
  /** What is on record; asked only if it is needed. */
  readonly watches: () => readonly Watch[]
}

/** Whether a watchdog that makes its rounds judges the job. A round after a change of the settings may be still to come. */
export function isLeftToWatchdog(seen: readonly SeenWatchdog[], {settingsFile, isNamed, watches}: WatchedBy): boolean {
  const onTime = seen.filter(({state}) => state.is === 'on-time')
  if (onTime.length === 0) return false
  const files = new Set(onTime.map((one) => one.settingsFile))
  if (files.has(undefined) || (isNamed && files.has(settingsFile))) return true
  return watches().some((watch) => watch.settingsFile !== '' && files.has(watch.settingsFile))
}

/**
 * The settings whose watchdog alone goes on with an incident of a job, because it has opened it, still watches the job and
 * makes its rounds. By the rules of others the job may be well meanwhile: they would end what it then opens again.
 *
 * @returns undefined if any may
 */
export function keeperOf(
  {incident, watches = []}: Kept,
  seen: readonly SeenWatchdog[],
  own: string,
): string | undefined {
  const keeper = incident?.settingsFile
  if (keeper === undefined || keeper === own) return undefined
  return judgesOf(watches, seen).includes(keeper) ? keeper : undefined
}

/** The settings by which watchdogs that make their rounds judge a job. */
export function judgesOf(watches: readonly Watch[], seen: readonly SeenWatchdog[]): readonly string[] {
  const onTime = new Set(seen.filter(({state}) => state.is === 'on-time').map(({settingsFile}) => settingsFile))
  return watches.flatMap(({settingsFile, isByRuns}) => (!isByRuns && onTime.has(settingsFile) ? [settingsFile] : []))
}

interface Kept {
  readonly incident: {readonly settingsFile?: string} | undefined
  readonly watches?: readonly Watch[] | undefined
}

/** A watchdog without a round for this time is not awaited any more. */
const givenUpAfterMs = 24 * 3_600_000

/** Whether it is late, but not given up yet. */
export function isAwaited({state}: SeenWatchdog): boolean {
  return state.is === 'late' && state.ageMs < givenUpAfterMs
}

/**
 * Whether a watch on record is over, so that another watchdog may end its incidents. Runs of a job that no settings name
 * come again; those of settings that are there, too.
 *
 * @param gone the settings files that are not there any more
 */
export function isWatchGivenUp(
  {settingsFile, isByRuns}: Watch,
  seen: readonly SeenWatchdog[],
  gone: ReadonlySet<string>,
): boolean {
  if (isByRuns) return gone.has(settingsFile)
  const state = seen.find((one) => one.settingsFile === settingsFile)?.state
  if (!state || state.ageMs >= givenUpAfterMs) return true
  return state.is === 'late' && gone.has(settingsFile)
}
