/**
 * A record is one line of a journal. guard stamps its own; a line without `v` was written by somebody else
 * (`echo … >> alerts.jsonl`) and is a record too. Readers ignore unknown fields and unknown kinds.
 */

/** What a use case wants to have written. */
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
}

/** A record with all of a stamp that a fold judges by; `v` says nothing that a fold asks. */
export interface StampedRecord extends RawRecord, Omit<Stamp, 'v'> {
  readonly kind: string
}

/** A record as it is read: nothing but the fields' own checks says what is in it. */
export type RawRecord = Readonly<Record<string, unknown>>

/** Asked of every line at every start, and so written out: a loop over the fields took twice the time. */
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

/** Tells whether `record` has each named field with its type. Asked of every line that is read, so it allocates nothing. */
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

/** Whether a text can be made of this time, ms. Any program may write into a journal, and 1e300 is a number too. */
export function isTime(ms: unknown): ms is number {
  return typeof ms === 'number' && Math.abs(ms) <= latestMs
}
