/**
 * A record is one line of a journal. guard stamps its own; a line without `v` was written by another program
 * (`echo … >> alerts.jsonl`) and is a record too. Readers ignore unknown fields and unknown kinds.
 */

/** A record before it is stamped. */
export interface Entry {
  readonly kind: string
  readonly job?: string
  readonly [field: string]: unknown
}

/** What guard adds to each of its records. Times are milliseconds. */
export interface Stamp {
  readonly v: 1
  /** 72 random bits. */
  readonly id: string
  /** Wall clock, since 1970 UTC. */
  readonly at: number
  /** The boot's monotonic clock, the same for all processes of a boot. */
  readonly mono: number
  readonly boot: string
  readonly host: string
  /** See `BootRef`. */
  readonly machine?: string
}

/** A record with the parts of a stamp that folds need. */
export interface StampedRecord extends RawRecord, Omit<Stamp, 'v'> {
  readonly kind: string
}

/** A record as it is read: any field may be missing or of another type. */
export type RawRecord = Readonly<Record<string, unknown>>

/** Written out because it is called for every line at every start, and a loop over the fields takes twice the time. */
export function isStamped(record: RawRecord): record is StampedRecord {
  const {id, kind, at, mono, boot, host} = record
  const isTimed = isTime(at) && isTime(mono)
  const isPlaced = typeof boot === 'string' && typeof host === 'string'
  return isTimed && isPlaced && typeof id === 'string' && typeof kind === 'string'
}

/** A record that guard itself stamped. */
export type StampedEntry = Entry & Stamp

/** `time`: see `isTime`. */
type FieldType = 'string' | 'number' | 'boolean' | 'object' | 'time'

/** Whether `record` has each named field with its type. It is called for every line that is read, so it allocates nothing. */
export function hasFields(record: RawRecord, fields: Readonly<Record<string, FieldType>>): boolean {
  for (const name in fields) {
    const value = record[name]
    const type = fields[name]
    if (type === 'time' ? !isTime(value) : typeof value !== type || value === null) return false
  }
  return true
}

/** The latest time that a `Date` can show, ms; with its sign, the earliest. */
const latestMs = 8.64e15

/** Whether a text can be made of this time, ms. Any program may write any number into a journal. */
export function isTime(ms: unknown): ms is number {
  return typeof ms === 'number' && Math.abs(ms) <= latestMs
}
