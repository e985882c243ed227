import type {Fold, LineFold} from '../domain/fold.js'
import {textOf} from './lines.js'
import {type ChunkFolder, foldLine, type View} from './view.js'

const newline = 10
/** Smaller pieces of very many lines stay in the processor's cache. */
const pieceBytes = 262_144
/** Two thirds of a piece: what is read of one may end in the middle of a line. */
const leastBytes = 175_000

/**
 * Takes the lines of a chunk where they stand, and makes a record only of those that the bulk fold leaves. The bulk fold
 * is made when there are `manyBytes` of lines: that takes as long as to go the slow way for some hundred.
 *
 * @param bulkOf undefined: there can be none here, and all lines go the slow way.
 */
export function chunkFolder<S>(
  fold: Fold<S>,
  bulkOf: () => LineFold<S> | undefined,
  manyBytes = leastBytes,
): ChunkFolder<S> {
  let made: {readonly bulk: LineFold<S> | undefined} | undefined
  return {
    pieceBytes,
    fold: (view, chunk) => {
      const lines = chunk.subarray(0, chunk.lastIndexOf(newline) + 1)
      // The first line of a generation may be a snapshot, and a long one.
      const rest = view.offset > 0 ? lines : lines.subarray(foldFirst(view, fold, lines))
      if (rest.length >= manyBytes) made ??= {bulk: bulkOf()}
      foldMany(view, fold, {lines: rest, bulk: made?.bulk})
    },
    settle: (view) => made?.bulk?.settle(view.state),
  }
}

function foldFirst<S>(view: View<S>, fold: Fold<S>, lines: Buffer): number {
  const end = lines.indexOf(newline) + 1
  if (end > 0) foldLine(view, fold, {text: textOf(lines.subarray(0, end - 1)), end})
  return end
}

interface Lines<S> {
  readonly lines: Buffer
  readonly bulk: LineFold<S> | undefined
}

function foldMany<S>(view: View<S>, fold: Fold<S>, {lines, bulk}: Lines<S>): void {
  const start = view.offset
  const among = bulk ? {...fold, apply: bulk.apply} : fold
  const isOpen = bulk?.open(lines)
  for (let at = 0; at < lines.length && !view.seal; ) {
    if (bulk && isOpen) {
      const {next, taken} = bulk.take(view.state, at, lines.length)
      view.records += taken
      view.offset = start + next
      at = next
      if (at === lines.length) return
    }
    const end = lines.indexOf(newline, at)
    foldLine(view, among, {text: textOf(lines.subarray(at, end)), end: start + end + 1})
    at = end + 1
  }
}
