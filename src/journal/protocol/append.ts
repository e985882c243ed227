import type {FoldVerdict} from '../../domain/journal/fold.js'
import {GuardError} from '../../errors.js'
import type {Durability} from '../journal.js'
import {type Cursor, closeView, isInPlace, openNewest, presentView, waitForSuccessor} from './cursor.js'
import {append, type Step, sync} from './files.js'
import {importLegacy} from './import-legacy.js'
import {type Line, tornEnd} from './lines.js'
import {generationName} from './names.js'
import {publish} from './publish.js'
import {catchUp, endsInLine, hasMore, type View} from './view.js'

interface Committed<S> {
  readonly verdict: FoldVerdict
  readonly view: View<S>
}

/** An attempt fails only because another process completed a compaction; this many in a row are an error. */
const mostAttempts = 100

/**
 * Appends a record and reads back up to it: reading back is the commit (invariant 3). A record after the seal does not
 * count, and is written again, with the same id, into the next generation.
 */
export function* commit<S>(cursor: Cursor<S>, line: Line, durability: Durability): Step<Committed<S>> {
  for (let turn = 0; turn < mostAttempts; turn++) {
    const view = yield* openForAppend(cursor)
    yield* writeLine(cursor, view, line.bytes)
    if (durability === 'durable') yield* sync(view.file)
    const verdict = yield* catchUp(view, cursor.reader, line.record.id)
    if (verdict && (yield* isCommitted(cursor, view))) return {verdict, view}
  }
  throw stuck(cursor.journal)
}

/** Opens the newest generation, reads it to its end, and publishes a successor first if it is sealed. */
export function* openForAppend<S>(cursor: Cursor<S>): Step<View<S>> {
  for (let turn = 0; turn < mostAttempts; turn++) {
    const view = (yield* presentView(cursor)) ?? (yield* openNewest(cursor))
    if (!view) {
      yield* importLegacy(cursor.journal)
      continue
    }
    if (hasMore(view)) yield* catchUp(view, cursor.reader)
    if (!view.seal) return view
    if (!(yield* waitForSuccessor(cursor, view))) yield* finishPublication(cursor)
  }
  throw stuck(cursor.journal)
}

/** Completes a compaction that another process began. Any process may do so, in any order (invariant 7). */
function* finishPublication<S>(cursor: Cursor<S>): Step<void> {
  const {reader, journal, newStamp, patienceMs} = cursor
  const whole: Cursor<S> = {journal, newStamp, patienceMs, reader: {...reader, reads: 'all'}, view: undefined}
  yield* closeView(cursor)
  const view = yield* openNewest(whole)
  if (!view) return
  try {
    yield* catchUp(view, whole.reader)
    if (view.seal) yield* publish(whole, view)
  } finally {
    yield* closeView(whole)
  }
}

/**
 * Writes the line at once, after a newline if the last line lacks one (invariant 6).
 * Throws GuardError `io` if the disk took only a part of it, which is then a torn line and not a record.
 */
export function* writeLine<S>(cursor: Cursor<S>, view: View<S>, line: Buffer): Step<void> {
  const bytes = (yield* endsInLine(view)) ? Buffer.concat([tornEnd, line]) : line
  const written = yield* append(view.file, bytes)
  if (written === bytes.length) return
  const name = generationName(cursor.journal, view.generation)
  throw new GuardError('io', `${name}: only ${written} of ${bytes.length} bytes of a record could be written`, [
    'free some disk space, or raise the quota or file size limit',
  ])
}

/**
 * Whether a record that was read back is part of the journal: its file is in place, or was sealed after the record and
 * then removed by retention. Otherwise the whole directory was replaced in the meantime. A single look that misses the
 * file is no proof of that, and the record would count twice if it was written again.
 */
function* isCommitted<S>(cursor: Cursor<S>, view: View<S>): Step<boolean> {
  if (yield* isInPlace(cursor, view)) return true
  const {offset, file} = view
  const rest = {...view, offset, file}
  yield* catchUp(rest, {...cursor.reader, reads: 'seals'})
  return rest.seal !== undefined || (yield* isInPlace(cursor, view))
}

function stuck(journal: string): GuardError {
  return new GuardError('io', `the journal ${journal} changes faster than a line can be written to it`, [
    'check what else writes to the state directory: guard health',
  ])
}
