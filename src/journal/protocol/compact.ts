import type {CompactionLimit} from '../spec.js'
import {commit, enter, writeLine} from './append.js'
import {type Cursor, isInPlace, newestGeneration} from './cursor.js'
import {readFrom, remove, type Step, status, tryWriteNew} from './files.js'
import {encodeOwn, isOwn, linesOf, parseLine} from './lines.js'
import {freshName, generationName} from './names.js'
import {alias, encodeSnapshot, publish} from './publish.js'
import {catchUp, type Seal, type View} from './view.js'

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

/** So often a snapshot is made anew because others wrote meanwhile; then the generation is sealed all the same. */
const mostTries = 3

/**
 * Seals the generation and publishes the next. Whoever else seals at the same time does no harm: the first seal counts.
 * The snapshot is on the disk before the seal is written: whoever comes to a seal without a successor makes one, and of
 * thirty processes that started at once five did. Undefined when somebody else was first, or when the disk has no room
 * for the snapshot: a generation that is sealed without a successor takes no line more, while one that is too long only
 * reads slowly.
 */
export function* compact<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  for (let tries = 1; ; tries++) {
    const draft = yield* prepare(cursor)
    if (!draft) return undefined
    const view = yield* enter(cursor)
    if (view.generation === draft.generation && (view.offset === draft.offset || tries === mostTries))
      return yield* sealWith(cursor, view, draft)
    yield* discard(draft)
    if (view.generation !== draft.generation) return undefined
  }
}

/** What is to stand behind the lines of a generation up to `offset`, and the file of the next one. */
interface Draft {
  readonly generation: number
  readonly offset: number
  readonly seal: Seal
  readonly line: Buffer
  readonly snapshot: string
  readonly reserve: string
}

/** Asking for free bytes would know of neither quotas nor file size limits: the room is taken, and given back in time. */
function* prepare<S>(cursor: Cursor<S>): Step<Draft | undefined> {
  const view = yield* enter(cursor)
  const {generation, offset} = view
  const {v, id, at, mono, boot, host} = cursor.newStamp()
  const stamp = {v, id, at, mono, boot, host}
  const line = encodeOwn({kind: 'seal'}, stamp).bytes
  const seal = {end: offset + line.length, stamp}
  const [snapshot, reserve] = [freshName(cursor.journal, cursor.newStamp().id), freshName(cursor.journal, id)]
  if (!(yield* tryWriteNew(snapshot, encodeSnapshot(cursor, view, seal)))) return undefined
  const draft = {generation, offset, seal, line, snapshot, reserve}
  if (yield* tryWriteNew(reserve, Buffer.alloc(slackBytes, ' '))) return draft
  yield* remove(snapshot)
  return undefined
}

function* discard({snapshot, reserve}: Draft): Step<void> {
  yield* remove(snapshot)
  yield* remove(reserve)
}

function* sealWith<S>(cursor: Cursor<S>, view: View<S>, draft: Draft): Step<View<S> | undefined> {
  const {seal, line, snapshot, reserve} = draft
  try {
    yield* writeLine(cursor, view, line)
  } catch (error) {
    yield* remove(snapshot)
    throw error
  } finally {
    yield* remove(reserve)
  }
  yield* catchUp(view, cursor.reader)
  // All that stands before the seal has been folded here: nobody need read it again.
  const isForeseen = view.seal?.end === seal.end && view.seal.stamp.id === seal.stamp.id
  if (!isForeseen) yield* remove(snapshot)
  if (!isForeseen && (yield* newestGeneration()) !== view.generation) return undefined
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
