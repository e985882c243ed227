import type {RawRecord} from './record.js'

/** Whether a record took effect: `void` if an earlier record makes it invalid. */
export type FoldVerdict = 'ok' | 'void'

/**
 * How the lines of one journal become its state. A fold never reads a clock, a process or a file, so the same lines give
 * every reader the same state. `apply` may change the state that it is given, because no caller keeps it.
 */
export interface Fold<S> {
  empty(): S
  apply(state: S, record: RawRecord): FoldVerdict
  /** Plain JSON from which `restore` makes an equal state; it is what a snapshot line keeps. */
  save(state: S): unknown
  restore(saved: unknown): S
}
