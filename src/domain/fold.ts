import type {Rec} from './record.js'

/** What the journal's state says of one record: it took effect, or it came too late and never happened. */
export type FoldVerdict = 'ok' | 'void'

/**
 * How the lines of one journal become its state. A fold never looks at a clock, a process or a file: the same lines
 * give everybody the same state. `apply` may change the state that it is given; nobody else holds it.
 */
export interface Fold<S> {
  empty(): S
  apply(state: S, record: Rec): FoldVerdict
  /** Plain JSON from which `restore` makes an equal state; it is what a snapshot line keeps. */
  save(state: S): unknown
  restore(saved: unknown): S
}

/** A quicker way to the same state, for many lines or records at once. */
export interface BulkFold<S, Lines> {
  /**
   * Takes the line that starts at `start`, or that and some more, and returns where the next one does. -1: nothing has
   * happened, for the line is of no shape that is known here; `settle`, then `apply` it.
   */
  take(state: S, lines: Lines, start: number): number
  /** From here on the state is what `apply` of all lines would have made of it. Until then it is nobody's to read. */
  settle(state: S): void
}

/** The same for lines as they stand in a file. */
export interface LineFold<S> {
  /** Takes whole lines over, each with its newline. False: there is no room for them, and nothing has happened. */
  open(lines: Uint8Array): boolean
  /**
   * Takes those of them that stand from `start` to `end`, as far as they are of shapes that are known here, and returns
   * where it stopped and how many it took. The line at which it stopped may go to `apply`, without `settle`.
   */
  take(state: S, start: number, end: number): {readonly next: number; readonly taken: number}
  /** `Fold.apply` among lines that have been taken. */
  apply(state: S, record: Rec): FoldVerdict
  /** From here on the state is what `apply` of all lines would have made of it. Until then it is nobody's to read. */
  settle(state: S): void
}
