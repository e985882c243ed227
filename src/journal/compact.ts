import {commit, enter, writeLine} from './append.js'
import {type Cursor, isInPlace, newestGeneration} from './cursor.js'
import {readFrom, remove, type Step, status, tryWriteNew} from './files.js'
import type {CompactionLimit} from './journal-spec.js'
import {encodeOwn, isOwn, linesOf, parseLine} from './lines.js'
import {freshName, generationName} from './names.js'
import {alias, encodeSnapshot, publish} from './publish.js'
import {catchUp, type View} from './view.js'

/** Foreign lines in one carry record: far enough below the longest line of guard's own. */
const batchBytes = 32_768

/** What others may append before the seal, and blocks of the disk that are not filled to their end. */
const slackBytes = 8192

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
  const tailBytes = offset - snapshotBytes
  return tailBytes >= limit.timesSnapshot * snapshotBytes && (tailBytes > limit.bytes || records > limit.records)
}

/**
 * Seals the generation and publishes the next. Whoever else seals at the same time does no harm: the first seal counts.
 * Undefined when the disk has no room for the snapshot: a generation that is sealed without a successor takes no line
 * more, while one that is too long only reads slowly.
 */
export function* compact<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  const view = yield* enter(cursor)
  const {v, id, at, mono, boot, host} = cursor.newStamp()
  const stamp = {v, id, at, mono, boot, host}
  const line = encodeOwn({kind: 'seal'}, stamp).bytes
  // If this seal counts and nobody writes before it, its snapshot is this very one: that of ten thousand jobs takes 90 ms.
  const end = view.offset + line.length
  const snapshot = encodeSnapshot(cursor, view, {end, stamp})
  // Asking for free bytes would know of neither quotas nor file size limits: the room is taken, and given back in time.
  const reserve = freshName(cursor.journal, cursor.newStamp().id)
  if (!(yield* tryWriteNew(reserve, Buffer.alloc(snapshot.length + slackBytes, ' ')))) return undefined
  try {
    yield* writeLine(cursor, view, line)
  } finally {
    yield* remove(reserve)
  }
  yield* catchUp(view, cursor.reader)
  // All that stands before the seal has been folded here: nobody need read it again.
  const isForeseen = view.seal?.end === end && view.seal.stamp.id === id
  if (view.seal && (yield* isInPlace(cursor, view))) yield* publish(cursor, view, isForeseen ? snapshot : undefined)
  return yield* enter(cursor)
}

/**
 * Takes over the lines that other programs appended to an earlier generation after its seal. Each carry is valid only
 * where the last one ended, so that no line is counted twice, whoever carries at the same time (invariant 9).
 */
function* carryLateLines<S>(cursor: Cursor<S>, {carriedTo}: View<S>): Step<void> {
  for (const [generation, from] of [...carriedTo]) {
    const name = generationName(cursor.journal, generation)
    const present = yield* status(name)
    if (!present || present.size <= from) continue
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
