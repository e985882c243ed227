import type {Stamp} from '../../domain/journal/record.js'
import {close, type FileHandle, list, open, pause, type Step, status} from './files.js'
import {generationName, stableName} from './names.js'
import {catchUp, emptyView, hasMore, type RecordReader, type View} from './view.js'

/** How far one process has read one journal. It is kept between calls, so that only new lines are read. */
export interface Cursor<S> {
  readonly journal: string
  readonly reader: RecordReader<S>
  readonly newStamp: () => Stamp
  /** How long to wait for the process that sealed a generation to publish the next one, ms. */
  readonly patienceMs: number
  view: View<S> | undefined
  /** What was read of a file that guard has not written to yet. After the import it need not be read again. */
  foreign?: View<S> | undefined
}

/**
 * Reads to the end of the journal and writes nothing: a sealed generation without a successor has the same state as its
 * successor will have.
 *
 * @returns undefined if the journal does not exist yet
 */
export function* refresh<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  for (;;) {
    const view = (yield* presentView(cursor)) ?? (yield* openNewest(cursor))
    if (!view) return yield* readLegacy(cursor)
    if (hasMore(view)) yield* catchUp(view, cursor.reader)
    if (!view.seal || (yield* newestGeneration()) === view.generation) return view
  }
}

/** @returns the view of the last call, or undefined if its generation is no longer the newest or is another file */
export function* presentView<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  const {view} = cursor
  if (!view) return undefined
  // Only a sealed generation can have a successor.
  if (!view.seal && (yield* hasKept(cursor, view))) return view
  yield* closeView(cursor)
  return undefined
}

/** Whether it is still the same file, and no shorter than what was read: a shell may empty it (`>leases.jsonl`). */
function* hasKept<S>(cursor: Cursor<S>, view: View<S>): Step<boolean> {
  const present = yield* status(generationName(cursor.journal, view.generation))
  if (present?.identity !== view.file.identity || present.size < view.offset) return false
  view.size = present.size
  return true
}

export function* openNewest<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  for (;;) {
    const generation = yield* newestGeneration()
    if (generation === undefined) return undefined
    const file = yield* open(generationName(cursor.journal, generation))
    // Retention never removes the newest generation, so a missing file means that there is a newer one.
    if (file) {
      return keep(
        cursor,
        (yield* importedView(cursor, generation, file)) ?? (yield* openView(cursor, generation, file)),
      )
    }
  }
}

/** @returns the view of the lines that were read before the file became this generation, if it is the same file */
function* importedView<S>(cursor: Cursor<S>, generation: number, file: FileHandle): Step<View<S> | undefined> {
  const {foreign} = cursor
  if (!foreign) return undefined
  cursor.foreign = undefined
  const isSame = generation === foreign.generation && foreign.file.identity === file.identity
  const isWhole = isSame && (yield* hasKept(cursor, foreign))
  yield* close(isWhole ? file : foreign.file)
  return isWhole ? foreign : undefined
}

function* openView<S>(cursor: Cursor<S>, generation: number, file: FileHandle): Step<View<S>> {
  const view = emptyView(generation, file, cursor.reader.fold)
  if (generation === 1 || cursor.reader.reads === 'seals') return view
  yield* catchUp(view, cursor.reader)
  return view.snapshotBytes > 0 ? view : yield* rebuild(cursor, view)
}

/** Restores the state from the previous generation if the file was emptied, snapshot included. */
function* rebuild<S>(cursor: Cursor<S>, {generation, file}: View<S>): Step<View<S>> {
  const view = emptyView(generation, file, cursor.reader.fold)
  const previous = yield* open(generationName(cursor.journal, generation - 1))
  if (!previous) return view
  const base = yield* openView(cursor, generation - 1, previous)
  yield* catchUp(base, cursor.reader)
  yield* close(previous)
  if (!base.seal) return view
  view.state = base.state
  for (const [earlier, to] of base.carriedTo) view.carriedTo.set(earlier, to)
  view.carriedTo.set(base.generation, base.seal.end)
  return view
}

/** Reads the lines of other programs in a file that guard has not written to yet. */
function* readLegacy<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  const file = yield* open(stableName(cursor.journal))
  if (!file) return undefined
  const known = cursor.foreign
  if (known) yield* close(known.file)
  const isKnown =
    known?.file.identity === file.identity && known.offset <= ((yield* status(stableName(cursor.journal)))?.size ?? 0)
  const view = known && isKnown ? {...known, file} : emptyView(1, file, cursor.reader.fold)
  cursor.foreign = view
  yield* catchUp(view, cursor.reader)
  return view
}

export function* newestGeneration(): Step<number | undefined> {
  const generations = yield* list()
  return generations.length === 0 ? undefined : Math.max(...generations)
}

const pauseMs = 1

/** Waits for another process to publish the successor of a fresh seal. @returns false if it did not appear in time */
export function* waitForSuccessor<S>(cursor: Cursor<S>, {generation, seal}: View<S>): Step<boolean> {
  const {boot, mono} = cursor.newStamp()
  if (!seal || seal.stamp.boot !== boot || mono - seal.stamp.mono >= cursor.patienceMs) return false
  for (let pausedMs = 0; pausedMs < cursor.patienceMs; pausedMs += pauseMs) {
    yield* pause(pauseMs)
    if ((yield* newestGeneration()) !== generation) return true
  }
  return false
}

/** @returns false if the state directory was removed or replaced, or if retention has removed the generation */
export function* isInPlace<S>(cursor: Cursor<S>, view: View<S>): Step<boolean> {
  return (yield* status(generationName(cursor.journal, view.generation)))?.identity === view.file.identity
}

export function* closeView<S>(cursor: Cursor<S>): Step<void> {
  const {view} = cursor
  cursor.view = undefined
  if (view) yield* close(view.file)
}

function keep<S>(cursor: Cursor<S>, view: View<S>): View<S> {
  cursor.view = view
  return view
}
