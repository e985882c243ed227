import type {Fold} from '../domain/journal/fold.js'
import type {RetentionSettings} from '../domain/settings/settings.js'

/** Name, fold and limits of a journal. */
export interface JournalSpec<S> {
  /** The stable name without `.jsonl`. */
  readonly name: string
  readonly fold: Fold<S>
  readonly limit: CompactionLimit
  readonly retention: Retention
  /** Whether a directory that was removed meanwhile is made again; yes if it is absent. */
  readonly mayMakeDir?: () => boolean
  /** Each record names the settings file of the process that writes it (`settingsFile`): what it leads to depends on them. */
  readonly namesSettings?: boolean
}

/** Size of the tail, the lines after the snapshot, at which the journal is compacted. */
export interface CompactionLimit {
  readonly bytes: number
  readonly records: number
  /**
   * Least ratio of tail to snapshot in bytes. With 1, all snapshots together take less than twice the bytes that were
   * appended, however large the state is. With 0, the size of the snapshot does not count.
   */
  readonly timesSnapshot: number
}

/** When old generations, which the present state no longer needs, are removed. */
export interface Retention {
  readonly maxAgeMs: number
  readonly maxBytes: number
}

/** The journals that a setting speaks of; the others keep what they need for their state. */
const settingOf: Readonly<Record<string, keyof RetentionSettings>> = {
  runs: 'runsMs',
  incidents: 'incidentsMs',
  openclaw_reset_requests: 'resetsMs',
  openclaw_reset_results: 'resetsMs',
  alerts: 'alertsMs',
}

/** How long a journal keeps its records by the settings; how large it may grow is its own. */
export function retentionOf({name, retention}: JournalSpec<never>, settings: RetentionSettings): Retention {
  const setting = settingOf[name]
  return setting === undefined ? retention : {...retention, maxAgeMs: settings[setting]}
}
