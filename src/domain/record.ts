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

/** The stamp, for a fold that judges by it; `v` says nothing that a fold asks. */
export const stampFields = {
  id: 'string',
  kind: 'string',
  at: 'number',
  mono: 'number',
  boot: 'string',
  host: 'string',
} as const

/** A record that has these fields. */
export interface Judgeable extends Rec, Omit<Stamp, 'v'> {
  readonly kind: string
}

/** A record as it is read: nothing but the fields' own checks says what is in it. */
export type Rec = Readonly<Record<string, unknown>>

/** A record that guard itself stamped. */
export type Stamped = Entry & Stamp

type FieldType = 'string' | 'number' | 'boolean' | 'object'

/** Tells whether `record` has each named field with its type. Asked of every line that is read, so it allocates nothing. */
export function hasFields(record: Rec, fields: Readonly<Record<string, FieldType>>): boolean {
  for (const name in fields) {
    const value = record[name]
    if (typeof value !== fields[name] || value === null) return false
  }
  return true
}
