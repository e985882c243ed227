import type {FoldVerdict} from '../../domain/journal/fold.js'
import {GuardError} from '../../errors.js'
import type {Durability} from '../journal.js'
import {type Cursor, isInPlace, leave, openNewest, presentView, successorCame} from './cursor.js'
import {append, type Step, sync} from './files.js'
import {adopt} from './import-legacy.js'
import {type Line, tornEnd} from './lines.js'
import {generationName} from './names.js'
import {publish} from './publish.js'
import {catchUp, endsInLine, hasMore, type View} from './view.js'

interface Committed<S> {
  readonly verdict: FoldVerdict
  readonly view: View<S>
}

/** Each turn lost means that somebody else completed a compaction; so many in a row mean that something is broken. */
const mostTurns = 100

/**
 * Appends a record and reads back up to it: that reading back is the commit (invariant 3). A record that came to
 * stand behind the seal never happened, and is written again, with the same id, into the next generation.
 */
export function* commit<S>(cursor: Cursor<S>, line: Line, durability: Durability): Step<Committed<S>> {
  for (let turn = 0; turn < mostTurns; turn++) {
    const view = yield* enter(cursor)
    yield* writeLine(cursor, view, line.bytes)
    if (durability === 'durable') yield* sync(view.file)
    const verdict = yield* catchUp(view, cursor.reader, line.record.id)
    if (verdict && (yield* stands(cursor, view))) return {verdict, view}
  }
  throw stuck(cursor.journal)
}

/** Opens the newest generation at its end, as one that may be written to. */
export function* enter<S>(cursor: Cursor<S>): Step<View<S>> {
  for (let turn = 0; turn < mostTurns; turn++) {
    const view = (yield* presentView(cursor)) ?? (yield* openNewest(cursor))
    if (!view) {
      yield* adopt(cursor.journal)
      continue
    }
    if (hasMore(view)) yield* catchUp(view, cursor.reader)
    if (!view.seal) return view
    if (!(yield* successorCame(cursor, view))) yield* finish(cursor)
  }
  throw stuck(cursor.journal)
}

/** Completes what a compactor began: anybody may, and it does not matter who is first (invariant 7). */
function* finish<S>(cursor: Cursor<S>): Step<void> {
  const {reader, journal, newStamp, patienceMs} = cursor
  const whole: Cursor<S> = {journal, newStamp, patienceMs, reader: {...reader, reads: 'all'}, view: undefined}
  yield* leave(cursor)
  const view = yield* openNewest(whole)
  if (!view) return
  try {
    yield* catchUp(view, whole.reader)
    if (view.seal) yield* publish(whole, view)
  } finally {
    yield* leave(whole)
  }
}

/**
 * One write, behind a newline of its own where the last line has none (invariant 6).
 * Throws GuardError `io` when the disk took only a part: what it took is a torn line, and no record.
 */
export function* writeLine<S>(cursor: Cursor<S>, view: View<S>, line: Buffer): Step<void> {
  const bytes = (yield* endsInLine(view)) ? Buffer.concat([tornEnd, line]) : line
  const written = yield* append(view.file, bytes)
  if (written === bytes.length) return
  const name = generationName(cursor.journal, view.generation)
  throw new GuardError('io', `${name}: the disk took ${written} of ${bytes.length} bytes of a record`, [
    'make room on the disk, or raise the quota or file size limit',
  ])
}

/**
 * Whether a record that was read back is part of the journal for good: its file is in place, or was sealed behind it
 * and then let go by retention. Otherwise the whole directory was replaced meanwhile.
 */
function* stands<S>(cursor: Cursor<S>, view: View<S>): Step<boolean> {
  if (yield* isInPlace(cursor, view)) return true
  const {offset, file} = view
  const rest = {...view, offset, file}
  yield* catchUp(rest, {...cursor.reader, reads: 'seals'})
  return rest.seal !== undefined
}

function stuck(journal: string): GuardError {
  return new GuardError('io', `the journal ${journal} changes faster than a line can be written to it`, [
    'see what else writes to the state directory: guard doctor',
  ])
}
