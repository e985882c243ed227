import type {RawRecord} from '../journal/record.js'

/** One statement about a job, and the record that it is read from. */
export interface Sentence {
  /** Wall clock, ms; undefined for what is so now. */
  readonly at: number | undefined
  readonly text: string
  /** Undefined for what the settings or the machine show. */
  readonly source: Source | undefined
}

interface Source {
  readonly journal: JournalName
  readonly record: RawRecord
}

type JournalName = 'runs' | 'incidents' | 'deliveries' | 'breakers' | 'leases' | 'silences'

/** Sentences that answer one question, newest first. */
export interface Section {
  readonly title: string
  readonly sentences: readonly Sentence[]
}

/** What a record of a journal says. */
export function recordSentence(journal: JournalName, record: RawRecord, text: string): Sentence {
  const {at} = record
  return {at: typeof at === 'number' ? at : undefined, text, source: {journal, record}}
}

/** What is so now, as the settings or the machine show. */
export function presentSentence(text: string): Sentence {
  return {at: undefined, text, source: undefined}
}
