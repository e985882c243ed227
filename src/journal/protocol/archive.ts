import type {Cursor} from './cursor.js'
import {close, dateLike, list, open, read, remove, rename, type Step, syncFolders, tryWriteNew} from './files.js'
import {gzip} from './gzip.js'
import {archiveName, freshName, generationName} from './names.js'
import {watchedGenerations} from './publish.js'
import type {View} from './view.js'

/** Each compaction makes one generation, so two a time catch up with those that were left before. */
const mostAtOnce = 2

const pieceBytes = 1024 * 1024

/**
 * Compresses the oldest generations that nobody watches for late lines any more. A generation is there as itself
 * until its archive is there whole, and readers prefer itself: whoever dies in between leaves nothing that is lost or
 * read twice, and the next one goes on (invariants 7 and 8). Leaves off when the disk is full.
 */
export function* archiveOld<S>(cursor: Cursor<S>, {generation: newest, carriedTo}: View<S>): Step<void> {
  const settled = (yield* list()).filter((one) => one < newest - watchedGenerations && !carriedTo.has(one))
  for (const generation of settled.sort((a, b) => a - b).slice(0, mostAtOnce)) {
    if (!(yield* archive(cursor, generation))) return
  }
}

/** False when the disk did not take it. */
function* archive<S>({journal, newStamp}: Cursor<S>, generation: number): Step<boolean> {
  const name = generationName(journal, generation)
  const packed = yield* pack(name)
  // Somebody else was first.
  if (!packed) return true
  const fresh = freshName(journal, newStamp().id)
  if (!(yield* tryWriteNew(fresh, packed))) return false
  // Retention asks how old the lines are, not when they were compressed.
  yield* dateLike(name, fresh)
  // Takes the place of an archive that a dead process left beside the generation: this one is known to be whole.
  yield* rename(fresh, archiveName(journal, generation))
  yield* syncFolders()
  yield* remove(name)
  return true
}

/** Piece by piece, so that a generation that nobody compacted for long needs no more memory than others. */
function* pack(name: string): Step<Buffer | undefined> {
  const file = yield* open(name)
  if (!file) return undefined
  const packed: Buffer[] = []
  for (let from = 0; ; from += pieceBytes) {
    const piece = yield* read(file, from, pieceBytes)
    if (piece.length > 0 || from === 0) packed.push(gzip(piece))
    if (piece.length < pieceBytes) break
  }
  yield* close(file)
  return Buffer.concat(packed)
}
