import type {BulkFold, Fold} from '../domain/fold.js'
import {parseLine} from './lines.js'
import {type ChunkFolder, foldLine, restoreTo, type View} from './view.js'

const newline = 10

/** Takes the lines of a chunk where they stand, and makes a record only of those that the bulk fold leaves. */
export function chunkFolder<S>(fold: Fold<S>, bulk: BulkFold<S>): ChunkFolder<S> {
  return {
    fold: (view, chunk) => {
      const start = view.offset
      const lines = chunk.subarray(0, chunk.lastIndexOf(newline) + 1)
      for (let at = start > 0 ? 0 : restoreFirst(view, bulk, lines); at < lines.length && !view.seal; ) {
        const next = view.offset > 0 ? bulk.take(view.state, lines, at) : -1
        if (next >= 0) {
          view.records += 1
          view.offset = start + next
          at = next
          continue
        }
        const end = lines.indexOf(newline, at)
        // What is left may be anything, as a line of the journal's own that reads the state.
        bulk.settle(view.state)
        foldLine(view, fold, {text: lines.toString('utf8', at, end), end: start + end + 1})
        at = end + 1
      }
    },
    settle: (view) => bulk.settle(view.state),
  }
}

/** The head of a snapshot line stands before this, far within so many bytes. */
const stateKey = '"state":'
const headBytes = 4096

/** Restores the snapshot in the first line, and returns where the next line starts; 0 where the slow way has to. */
function restoreFirst<S>(view: View<S>, bulk: BulkFold<S>, lines: Buffer): number {
  const start = lines.subarray(0, headBytes).indexOf(stateKey) + stateKey.length
  const end = lines.indexOf(newline) + 1
  if (start < stateKey.length || end === 0) return 0
  const head = parseLine(`${lines.toString('utf8', 0, start)}null}`)
  if (head?.['kind'] !== 'snapshot') return 0
  const text = lines.toString('latin1', 0, end)
  const saved = bulk.readSaved({bytes: lines.subarray(0, end), text, start})
  if (!saved || saved.end !== end - 2 || text[saved.end] !== '}') return 0
  view.offset = end
  restoreTo(view, head, () => saved.state)
  return end
}
