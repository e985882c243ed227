import type {Stamp} from '../../domain/journal/record.js'
import {close, type FileHandle, list, open, pause, type Step, status} from './files.js'
import {generationName, stableName} from './names.js'
import {catchUp, emptyView, hasMore, type RecordReader, type View} from './view.js'

/** One process's place in one journal, kept from call to call so that only new lines are read. */
export interface Cursor<S> {
  readonly journal: string
  readonly reader: RecordReader<S>
  readonly newStamp: () => Stamp
  /** How long whoever sealed a generation is left to publish the next one, ms. */
  readonly patienceMs: number
  view: View<S> | undefined
  /** What was read of a journal that guard never wrote to: adopted, it need not be read a second time. */
  foreign?: View<S> | undefined
}

/**
 * Reads all there is, without writing anything: a sealed generation whose successor is not there yet has the same
 * state as that successor. Undefined when the journal has no line yet.
 */
export function* look<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  for (;;) {
    const view = (yield* presentView(cursor)) ?? (yield* openNewest(cursor))
    if (!view) return yield* readUnadopted(cursor)
    if (hasMore(view)) yield* catchUp(view, cursor.reader)
    if (!view.seal || (yield* newestGeneration()) === view.generation) return view
  }
}

/** The view of the last call, if its generation is still the newest and still that very file. */
export function* presentView<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  const {view} = cursor
  if (!view) return undefined
  // Without a seal there can be no newer generation; behind one there may be.
  if (!view.seal && (yield* hasKept(cursor, view))) return view
  yield* leave(cursor)
  return undefined
}

/** Whether the file still stands there, with all that was read of it. Somebody may have emptied it (`>leases.jsonl`). */
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
    // Retention may remove a generation, but never the newest: look again.
    if (file) {
      return keep(cursor, (yield* adopted(cursor, generation, file)) ?? (yield* openView(cursor, generation, file)))
    }
  }
}

/** The view of the lines that stood there before the file became this generation. */
function* adopted<S>(cursor: Cursor<S>, generation: number, file: FileHandle): Step<View<S> | undefined> {
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

/** Where a file was emptied and its snapshot is lost, the generation before still says what stood in it. */
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

/** Lines of other programs in a journal that guard never wrote to. */
function* readUnadopted<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
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

/** Whether somebody is about to publish the generation that follows upon a fresh seal: then it is there now. */
export function* successorCame<S>(cursor: Cursor<S>, {generation, seal}: View<S>): Step<boolean> {
  const {boot, mono} = cursor.newStamp()
  if (!seal || seal.stamp.boot !== boot || mono - seal.stamp.mono >= cursor.patienceMs) return false
  for (let pausedMs = 0; pausedMs < cursor.patienceMs; pausedMs += pauseMs) {
    yield* pause(pauseMs)
    if ((yield* newestGeneration()) !== generation) return true
  }
  return false
}

/** False after the state directory was removed, replaced or restored, and after retention let the generation go. */
export function* isInPlace<S>(cursor: Cursor<S>, view: View<S>): Step<boolean> {
  return (yield* status(generationName(cursor.journal, view.generation)))?.identity === view.file.identity
}

export function* leave<S>(cursor: Cursor<S>): Step<void> {
  const {view} = cursor
  cursor.view = undefined
  if (view) yield* close(view.file)
}

function keep<S>(cursor: Cursor<S>, view: View<S>): View<S> {
  cursor.view = view
  return view
}
