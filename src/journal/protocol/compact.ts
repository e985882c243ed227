import type {CompactionLimit} from '../spec.js'
import {commit, openForAppend, writeLine} from './append.js'
import {type Cursor, isInPlace, newestGeneration} from './cursor.js'
import {readFrom, remove, type Step, status, tryWriteNew} from './files.js'
import {encodeOwn, isOwn, linesOf, parseLine} from './lines.js'
import {freshName, generationName} from './names.js'
import {encodeSnapshot, publish, relinkStableName} from './publish.js'
import {catchUp, type Seal, type View} from './view.js'

/** Limit of the foreign lines in one carry record, well below the longest line that guard writes. */
const batchBytes = 32_768

/** Reserve for lines that others append before the seal, and for partly filled blocks. */
const slackBytes = 8192

/**
 * Links the stable name to the newest generation, takes over late lines, and replaces a tail beyond the limit with a
 * snapshot.
 *
 * @returns undefined if no new generation was made
 */
export function* compactIfDue<S>(cursor: Cursor<S>, limit: CompactionLimit): Step<View<S> | undefined> {
  if ((yield* newestGeneration()) === undefined) return undefined
  const view = yield* openForAppend(cursor)
  yield* relinkStableName(cursor)
  yield* carryLateLines(cursor, view)
  if (!isBeyond(yield* openForAppend(cursor), limit)) return undefined
  return yield* compact(cursor)
}

/** Whether the lines after the snapshot exceed the limit. */
export function isBeyond(
  {snapshotBytes, offset, records}: Pick<View<unknown>, 'snapshotBytes' | 'offset' | 'records'>,
  limit: CompactionLimit,
): boolean {
  const tailBytes = offset - snapshotBytes
  return tailBytes >= limit.timesSnapshot * snapshotBytes && (tailBytes > limit.bytes || records > limit.records)
}

/** How often a snapshot is made again because others wrote in the meantime, before the generation is sealed anyway. */
const mostTries = 3

/**
 * Seals the generation and publishes the next one. Concurrent seals do no harm: the first one counts.
 * The snapshot is on disk before the seal is written, so that other processes rarely find a seal without a successor
 * and make one themselves. It is also the proof that the disk has space for it: a generation that is sealed without a
 * successor takes no further line, while one that is too long is only slow to read.
 *
 * @returns undefined if another process was first, or if the disk has no space for the snapshot
 */
export function* compact<S>(cursor: Cursor<S>): Step<View<S> | undefined> {
  for (let tries = 1; ; tries++) {
    const draft = yield* prepare(cursor)
    if (!draft) return undefined
    const view = yield* openForAppend(cursor)
    if (view.generation === draft.generation && (view.offset === draft.offset || tries === mostTries))
      return yield* sealWith(cursor, view, draft)
    yield* discard(draft)
    if (view.generation !== draft.generation) return undefined
  }
}

/** The seal to write after the lines of a generation up to `offset`, and the file of the next generation. */
interface Draft {
  readonly generation: number
  readonly offset: number
  readonly seal: Seal
  readonly line: Buffer
  readonly snapshot: string
  readonly reserve: string
}

/** Allocates the space and frees it before the seal, because a query of free bytes ignores quotas and file size limits. */
function* prepare<S>(cursor: Cursor<S>): Step<Draft | undefined> {
  const view = yield* openForAppend(cursor)
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
  // The snapshot already covers all lines before the seal, so it need not be made again.
  const isForeseen = view.seal?.end === seal.end && view.seal.stamp.id === seal.stamp.id
  if (!isForeseen) yield* remove(snapshot)
  if (!isForeseen && (yield* newestGeneration()) !== view.generation) return undefined
  if (view.seal && (yield* isInPlace(cursor, view))) yield* publish(cursor, view, isForeseen ? snapshot : undefined)
  return yield* openForAppend(cursor)
}

/**
 * Takes over the lines that other programs appended to an earlier generation after its seal. A carry is valid only if
 * it begins where the last one ended, so concurrent carries count no line twice (invariant 9).
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

/** Carries foreign lines only: guard's own lines after a seal are void, and their writers have written them again. */
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
