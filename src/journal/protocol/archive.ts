import type {Cursor} from './cursor.js'
import {close, dateLike, list, open, read, remove, rename, type Step, syncFolders, tryWriteNew} from './files.js'
import {gzip} from './gzip.js'
import {archiveName, freshName, generationName} from './names.js'
import {watchedGenerations} from './publish.js'
import type {View} from './view.js'

/** Each compaction makes one generation, so two at a time also reduce a backlog. */
const mostAtOnce = 2

const pieceBytes = 1024 * 1024

/**
 * Compresses the oldest generations that are no longer watched for late lines. A generation is removed only after its
 * archive is complete, and readers prefer the generation. So a process that dies in between loses nothing and makes
 * nothing count twice, and the next process goes on (invariants 7 and 8). Stops if the disk is full.
 */
export function* archiveOld<S>(cursor: Cursor<S>, {generation: newest, carriedTo}: View<S>): Step<void> {
  const settled = (yield* list()).filter((one) => one < newest - watchedGenerations && !carriedTo.has(one))
  for (const generation of settled.sort((a, b) => a - b).slice(0, mostAtOnce)) {
    if (!(yield* archive(cursor, generation))) return
  }
}

/** @returns false if the disk is full */
function* archive<S>({journal, newStamp}: Cursor<S>, generation: number): Step<boolean> {
  const name = generationName(journal, generation)
  const packed = yield* pack(name)
  // Another process was first.
  if (!packed) return true
  const fresh = freshName(journal, newStamp().id)
  if (!(yield* tryWriteNew(fresh, packed))) return false
  // Retention counts the age of the lines, not of the archive.
  yield* dateLike(name, fresh)
  // Replaces an archive that a killed process may have left, because this one is known to be complete.
  yield* rename(fresh, archiveName(journal, generation))
  yield* syncFolders()
  yield* remove(name)
  return true
}

/** Compresses piece by piece, so that a very long generation needs no more memory than a short one. */
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
