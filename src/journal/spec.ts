import type {Fold} from '../domain/journal/fold.js'
import type {RetentionSettings} from '../domain/settings/settings.js'

/** What is to be known of a journal before its first line. */
export interface JournalSpec<S> {
  /** The stable name without `.jsonl`. */
  readonly name: string
  readonly fold: Fold<S>
  readonly limit: CompactionLimit
  readonly retention: Retention
}

/** The tail that calls for a snapshot. */
export interface CompactionLimit {
  readonly bytes: number
  readonly records: number
  /**
   * Nor is one due before the tail has so many times the bytes of the last snapshot. With 1, what all snapshots take
   * together is less than twice what was appended, however large the state is; with 0, size does not matter.
   */
  readonly timesSnapshot: number
}

/** What may be thrown away of the generations that are no longer needed for the present state. */
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
