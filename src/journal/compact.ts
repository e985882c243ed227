import {commit, enter, writeLine} from './append.js'
import {type Cursor, newestGeneration} from './cursor.js'
import {readFrom, type Step, size} from './files.js'
import type {CompactionLimit} from './journal-spec.js'
import {encodeOwn, isOwn, linesOf, parseLine} from './lines.js'
import {generationName} from './names.js'
import {alias} from './publish.js'
import {catchUp, type View} from './view.js'

/** Foreign lines in one carry record: far enough below the longest line of guard's own. */
const batchBytes = 32_768

/**
 * Puts the files in order: the stable name stands for the newest generation, late lines are taken over, and a tail
 * beyond the limit gives way to a snapshot. Returns the new generation if there is one.
 */
export function* tend<S>(cursor: Cursor<S>, limit: CompactionLimit): Step<View<S> | undefined> {
  if ((yield* newestGeneration()) === undefined) return undefined
  const view = yield* enter(cursor)
  yield* alias(cursor)
  yield* carryLateLines(cursor, view)
  if (!isBeyond(yield* enter(cursor), limit)) return undefined
  return yield* compact(cursor)
}

/** Whether the lines behind the snapshot call for the next one. */
export function isBeyond(
  {snapshotBytes, offset, records}: Pick<View<unknown>, 'snapshotBytes' | 'offset' | 'records'>,
  limit: CompactionLimit,
): boolean {
  return offset - snapshotBytes > limit.bytes || records > limit.records
}

/** Seals the generation and publishes the next. Whoever else seals at the same time does no harm: the first seal counts. */
export function* compact<S>(cursor: Cursor<S>): Step<View<S>> {
  const view = yield* enter(cursor)
  const {v, id, at, mono, boot, host} = cursor.newStamp()
  yield* writeLine(cursor, view, encodeOwn({kind: 'seal'}, {v, id, at, mono, boot, host}).bytes)
  yield* catchUp(view, cursor.reader)
  return yield* enter(cursor)
}

/**
 * Takes over the lines that other programs appended to an earlier generation after its seal. Each carry is valid only
 * where the last one ended, so that no line is counted twice, whoever carries at the same time (invariant 9).
 */
function* carryLateLines<S>(cursor: Cursor<S>, {carriedTo}: View<S>): Step<void> {
  for (const [generation, from] of [...carriedTo]) {
    const name = generationName(cursor.journal, generation)
    const bytes = yield* size(name)
    if (bytes === undefined || bytes <= from) continue
    for (const carry of batches(generation, from, yield* readFrom(name, from))) {
      const {verdict} = yield* commit(cursor, encodeOwn({kind: 'carry', ...carry}, cursor.newStamp()), 'buffered')
      if (verdict === 'void') break
    }
  }
}

interface Carry {
  readonly generation: number
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
}

/** Lines of guard's own behind a seal are void: their writers wrote them again. Only foreign ones are carried. */
function* batches(generation: number, start: number, chunk: Buffer): Iterable<Carry> {
  let [from, to, bytes] = [start, start, 0]
  let lines: string[] = []
  for (const {text, end} of linesOf(chunk)) {
    const record = parseLine(text)
    if (record && !isOwn(record)) {
      lines.push(text)
      bytes += text.length
    }
    to = start + end
    if (bytes < batchBytes) continue
    yield {generation, from, to, lines}
    from = to
    bytes = 0
    lines = []
  }
  if (to > from) yield {generation, from, to, lines}
}
