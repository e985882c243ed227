import type {RawRecord} from './record.js'

/** What the journal's state says of one record: it took effect, or it came too late and never happened. */
export type FoldVerdict = 'ok' | 'void'

/**
 * How the lines of one journal become its state. A fold never looks at a clock, a process or a file: the same lines
 * give everybody the same state. `apply` may change the state that it is given; nobody else holds it.
 */
export interface Fold<S> {
  empty(): S
  apply(state: S, record: RawRecord): FoldVerdict
  /** Plain JSON from which `restore` makes an equal state; it is what a snapshot line keeps. */
  save(state: S): unknown
  restore(saved: unknown): S
}
