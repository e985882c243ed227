import {ByteScanner} from '../domain/byte-scanner.js'
import type {Fold, LineFold} from '../domain/fold.js'
import {textOf} from './lines.js'
import {type ChunkFolder, foldLine} from './view.js'

const newline = 10

/** Takes the lines of a chunk where they stand, and makes a record only of those that the bulk fold leaves. */
export function chunkFolder<S>(fold: Fold<S>, bulk: LineFold<S>): ChunkFolder<S> {
  const among: Fold<S> = {...fold, apply: bulk.apply}
  return {
    // Smaller pieces of very many lines stay in the processor's cache.
    pieceBytes: 262_144,
    fold: (view, chunk) => {
      const start = view.offset
      const lines = chunk.subarray(0, chunk.lastIndexOf(newline) + 1)
      const scan = new ByteScanner(lines)
      for (let at = 0; at < lines.length && !view.seal; ) {
        // The first line of a generation may be a snapshot.
        const next = view.offset > 0 ? bulk.take(view.state, scan, at) : -1
        if (next >= 0) {
          view.records += 1
          view.offset = start + next
          at = next
          continue
        }
        const end = lines.indexOf(newline, at)
        foldLine(view, among, {text: textOf(lines.subarray(at, end)), end: start + end + 1})
        at = end + 1
      }
    },
    settle: (view) => bulk.settle(view.state),
  }
}
