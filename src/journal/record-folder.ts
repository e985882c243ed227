import type {Records} from '../domain/ended-runs.js'
import type {BulkFold, Fold} from '../domain/fold.js'
import {type ChunkLine, linesOf, parseLine} from './lines.js'
import {type ChunkFolder, foldParsed} from './view.js'

/** Makes records of a chunk's lines and takes as many at once as the bulk fold does: for some kilobytes. */
export function recordFolder<S>(fold: Fold<S>, bulk: BulkFold<S, Records>): ChunkFolder<S> {
  return {
    fold: (view, chunk) => {
      const start = view.offset
      const lines = linesOf(chunk)
      const records = lines.map(({text}) => parseLine(text))
      for (let at = 0; at < lines.length && !view.seal; ) {
        // The first line of a generation may be a snapshot.
        const next = view.offset > 0 ? bulk.take(view.state, records, at) : -1
        if (next >= 0) {
          view.records += next - at
          view.offset = start + (lines[next - 1] as ChunkLine).end
          at = next
          continue
        }
        bulk.settle(view.state)
        const {text, end} = lines[at] as ChunkLine
        foldParsed(view, fold, {text, end: start + end, record: records[at]})
        at += 1
      }
    },
    settle: (view) => bulk.settle(view.state),
  }
}
