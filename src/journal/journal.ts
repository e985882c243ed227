import type {FoldVerdict} from '../domain/journal/fold.js'
import type {Entry, RawRecord, StampedEntry} from '../domain/journal/record.js'

/**
 * One journal of the state directory, with its fold. All calls are synchronous: the hot path pays for no promise.
 * A state that is handed out is the journal's own and moves on with its next call: keep values out of it, not itself.
 */
export interface Journal<S> {
  /** The state after every line that is on disk now. Writes nothing. Throws GuardError `io`. */
  read(): S
  /**
   * Writes one record, reads back up to it, and says what the fold makes of it: that reading back is the commit.
   * `durable` waits for the disk (fdatasync). Throws GuardError `io` when the line could not be written whole.
   */
  append(entry: Entry, durability: Durability): Appended<S>
  /** Writes one record that needs nobody's consent, without folding the journal. It is `ok` by being there. */
  note(entry: Entry, durability: Durability): StampedEntry
  /** Every record that retention has left, archives included, oldest first. */
  records(): Iterable<RawRecord>
  /** The same, newest first; reads no further back than the caller goes. */
  newestFirst(): Iterable<RawRecord>
  /**
   * Whether this process is to compact: a line of its own crossed the limit, or nobody did so by twice the limit. Asks no
   * file: a run asks at each start.
   */
  hasGrown(): boolean
  /** Writes a snapshot into a new generation when the present one has passed its limit, and drops what retention lets go. */
  compactIfDue(): void
  /** What `guard health` and `guard doctor` report. */
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
  /** Lines that are no JSON object: torn writes, foreign text. */
  readonly garbage: number
  /** What is wrong with the files, in sentences; empty when all is well. */
  readonly problems: readonly string[]
}
