import type {FoldVerdict} from '../domain/journal/fold.js'
import type {Entry, RawRecord, StampedEntry} from '../domain/journal/record.js'

/**
 * One journal of the state directory, with its fold. All calls are synchronous, because promises would slow down the
 * start of a run. A returned state belongs to the journal and changes with its next call: copy values out of it.
 */
export interface Journal<S> {
  /** The state after every line that is on disk now. Writes nothing. Throws GuardError `io`. */
  read(): S
  /**
   * Writes one record, reads back up to it, and returns the verdict of the fold on it: reading back is the commit.
   * `durable` waits for the disk (fdatasync). Throws GuardError `io` if the line was not written whole.
   */
  append(entry: Entry, durability: Durability): Appended<S>
  /** Writes one record without folding the journal, for records that are valid as soon as they are written. */
  note(entry: Entry, durability: Durability): StampedEntry
  /** Every record that retention has kept, archives included, oldest first. */
  records(): Iterable<RawRecord>
  /** The same records, newest first. Reads no further back than the caller iterates. */
  newestFirst(): Iterable<RawRecord>
  /**
   * Whether this process should compact: a line of its own crossed the limit, or the tail has reached twice the limit
   * without a compaction. Reads no file, because every run asks at its start.
   */
  hasGrown(): boolean
  /** Writes a snapshot into a new generation if the present one has passed its limit, and applies the retention. */
  compactIfDue(): void
  /** What `guard health` reports. */
  inspect(): JournalReport
}

export type Durability = 'durable' | 'buffered'

interface Appended<S> {
  readonly record: StampedEntry
  readonly verdict: FoldVerdict
  /** The state after `record` and all lines before it. */
  readonly state: S
}

export interface JournalReport {
  readonly generation: number
  readonly bytes: number
  readonly records: number
  /** Number of lines that are not a JSON object, such as torn writes and foreign text. */
  readonly garbage: number
  /** What is wrong with the files, one sentence each. */
  readonly problems: readonly string[]
}
