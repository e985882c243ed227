import {type Cursor, newestGeneration} from './cursor.js'
import {link, list, readFrom, remove, rename, type Step, status, syncFolders, writeNew} from './files.js'
import {encodeOwn} from './lines.js'
import {asideName, freshName, generationName, stableName} from './names.js'
import type {Seal, View} from './view.js'

/**
 * How many earlier generations are watched for late lines of other programs that hold the file open, such as a shell
 * with `exec >>alerts.jsonl` or a Python logger.
 */
export const watchedGenerations = 16

/**
 * Gives a sealed generation its successor, whose first line is the snapshot. The snapshot depends only on the lines up
 * to the seal, so it does not matter which process links it first (invariants 5 and 8).
 *
 * @param ready the file of the snapshot, if it is already written
 */
export function* publish<S>(cursor: Cursor<S>, view: View<S>, ready?: string): Step<void> {
  if (!view.seal) return
  const fresh = ready ?? freshName(cursor.journal, cursor.newStamp().id)
  if (ready === undefined) yield* writeNew(fresh, encodeSnapshot(cursor, view, view.seal))
  // A rename could replace a successor that another process has published and others have appended to.
  yield* link(fresh, generationName(cursor.journal, view.generation + 1))
  yield* remove(fresh)
  yield* syncFolders()
  yield* relinkStableName(cursor)
}

/** The first line of the generation that follows `view`. */
export function encodeSnapshot<S>(cursor: Cursor<S>, view: View<S>, seal: Seal): Buffer {
  const carriedTo = [...view.carriedTo, [view.generation, seal.end] as const].slice(-watchedGenerations)
  const state = cursor.reader.fold.save(view.state)
  const {v, id, at, mono, boot, host} = seal.stamp
  const stamp = {v, id: `${id}-snapshot`, at, mono, boot, host}
  return encodeOwn({kind: 'snapshot', generation: view.generation + 1, carriedTo, state}, stamp).bytes
}

/** Links the stable name to the newest generation. */
export function* relinkStableName<S>(cursor: Cursor<S>): Step<void> {
  const stable = stableName(cursor.journal)
  for (;;) {
    const generation = yield* newestGeneration()
    if (generation === undefined) return
    const newest = generationName(cursor.journal, generation)
    const wanted = (yield* status(newest))?.identity
    const present = (yield* status(stable))?.identity
    if (wanted === undefined || present === wanted) return
    if (present === undefined) yield* link(newest, stable)
    else if (yield* isGeneration(cursor.journal, present)) yield* replace(cursor, newest)
    else if (yield* isCopy(newest, stable)) yield* replace(cursor, newest)
    // An editor, `sed -i` or a copy has replaced the file. It may hold edits, so it is kept aside.
    else yield* rename(stable, asideName(cursor.journal, cursor.newStamp().id))
  }
}

function* isGeneration(journal: string, identity: string): Step<boolean> {
  for (const generation of yield* list()) {
    if ((yield* status(generationName(journal, generation)))?.identity === identity) return true
  }
  return false
}

/** A backup or `cp -r` makes two files of one. Whether the copy holds nothing but the beginning of the original. */
function* isCopy(original: string, copy: string): Step<boolean> {
  const bytes = yield* readFrom(copy, 0)
  return bytes.equals((yield* readFrom(original, 0)).subarray(0, bytes.length))
}

function* replace<S>(cursor: Cursor<S>, newest: string): Step<void> {
  const fresh = freshName(cursor.journal, cursor.newStamp().id)
  yield* link(newest, fresh)
  yield* rename(fresh, stableName(cursor.journal))
  // If both are names of the same file, rename does nothing and leaves both.
  yield* remove(fresh)
  yield* syncFolders()
}
