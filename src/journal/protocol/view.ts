import type {Fold, FoldVerdict} from '../../domain/journal/fold.js'
import {hasFields, type RawRecord, type Stamp} from '../../domain/journal/record.js'
import {endsWithNewline, type FileHandle, read, type Step} from './files.js'
import {type ChunkLine, isOwn, lineAround, linesOf, parseLine} from './lines.js'

/** What one process has read of one generation: the lines up to `offset`, folded. */
export interface View<S> {
  readonly generation: number
  readonly file: FileHandle
  /** Bytes read so far; always after a newline. */
  offset: number
  /** Bytes of the file when it was last checked; infinite before that. */
  size: number
  state: S
  /** Bytes of the snapshot line; the rest is the tail. */
  snapshotBytes: number
  /** Number of records in the tail, and of lines that are not a JSON object. */
  records: number
  garbage: number
  /** The offset after the seal and the stamp of the seal; undefined while the generation is open. */
  seal: Seal | undefined
  /** For each watched generation the offset up to which its lines are taken over: its seal, then its last carry. */
  readonly carriedTo: Map<number, number>
}

export interface Seal {
  readonly end: number
  readonly stamp: Stamp
}

/**
 * How the lines are read: folded, or only searched for the seal. The search is for writers that do not need the state,
 * because it is much faster than parsing all lines (bench suite `journal`).
 */
export interface RecordReader<S> {
  readonly reads: 'all' | 'seals'
  readonly fold: Fold<S>
}

const mebibyte = 1024 * 1024
/** Longer lines are garbage. Only snapshots come near this limit. */
export const longestLineBytes = 256 * mebibyte

const shortBytes = 16_384

export function emptyView<S>(generation: number, file: FileHandle, fold: Fold<S>): View<S> {
  return {
    generation,
    file,
    offset: 0,
    size: Number.POSITIVE_INFINITY,
    state: fold.empty(),
    snapshotBytes: 0,
    records: 0,
    garbage: 0,
    seal: undefined,
    carriedTo: new Map(),
  }
}

/** Whether there may be unread lines. */
export function hasMore<S>({size, offset}: View<S>): boolean {
  return size !== offset
}

/** Whether the file, as last checked, ends in the middle of a line. */
export function* endsInLine<S>(view: View<S>): Step<boolean> {
  if (view.size === view.offset && view.garbage === 0) return false
  return !(yield* endsWithNewline(view.file))
}

/**
 * Reads on to the end of the file or of the generation, or up to the record with the id `until`.
 *
 * @returns the verdict of the fold on that record, or undefined if it is missing or stands after the seal
 */
export function* catchUp<S>(view: View<S>, reader: RecordReader<S>, until?: string): Step<FoldVerdict | undefined> {
  for (let atMost = mebibyte; !view.seal; ) {
    const chunk = yield* read(view.file, view.offset, atMost)
    const before = view.offset
    view.size = before + chunk.length
    const verdict =
      reader.reads === 'seals' ? searchChunk(view, {chunk, until}) : foldChunk(view, reader.fold, {chunk, until})
    if (verdict) return verdict
    if (chunk.length < atMost) return undefined
    // The line is longer than the chunk, so a larger one is read, up to the longest line.
    if (view.offset > before) atMost = mebibyte
    else if (atMost < longestLineBytes) atMost = Math.min(4 * atMost, longestLineBytes)
    else {
      view.offset += chunk.length
      view.garbage += 1
    }
  }
  return undefined
}

interface Chunk {
  readonly chunk: Buffer
  readonly until: string | undefined
}

function foldChunk<S>(view: View<S>, fold: Fold<S>, {chunk, until}: Chunk): FoldVerdict | undefined {
  const start = view.offset
  for (const {text, end} of linesOf(chunk)) {
    const read = foldLine(view, fold, {text, end: start + end})
    if (view.seal) return undefined
    if (until !== undefined && read?.id === until) return read.verdict
  }
  return undefined
}

/** Folds a line that ends at `end`. @returns undefined for garbage */
function foldLine<S>(view: View<S>, fold: Fold<S>, {text, end}: ChunkLine) {
  const record = parseLine(text)
  const isFirst = view.offset === 0
  view.offset = end
  if (!record) {
    if (text.trim() !== '') view.garbage += 1
    return undefined
  }
  const verdict = isFirst && record['kind'] === 'snapshot' ? restore(view, fold, record) : apply(view, fold, record)
  return {id: record['id'], verdict}
}

/** Searches for the seal and for the record `until` without parsing any other line. */
function searchChunk<S>(view: View<S>, {chunk, until}: Chunk): FoldVerdict | undefined {
  const start = view.offset
  // A short ASCII chunk is searched as a string, which is faster at a start: the methods of Buffer are not compiled yet.
  const text = chunk.length > shortBytes ? '' : chunk.toString()
  const whole = text.length === chunk.length ? text : chunk
  const complete = whole.slice(0, whole.lastIndexOf('\n') + 1)
  if (start === 0) view.snapshotBytes = snapshotBytesOf(complete)
  const seal = findLine(complete, '"seal"', (record) => record['kind'] === 'seal' && isOwn(record))
  const own = until === undefined ? undefined : findLine(complete, until, (record) => record['id'] === until)
  if (own && (!seal || own.end < seal.end)) {
    view.offset = start + own.end
    return 'ok'
  }
  view.offset = start + (seal?.end ?? complete.length)
  if (seal && isOwn(seal.record)) view.seal = {end: view.offset, stamp: seal.record}
  return undefined
}

/** Fields stand in the order in which they were written, so the kind is within the first 400 bytes. */
function snapshotBytesOf(chunk: string | Buffer): number {
  const end = chunk.indexOf('\n') + 1
  return chunk.slice(0, Math.min(end, 400)).includes('"kind":"snapshot"') ? end : 0
}

function findLine(chunk: string | Buffer, needle: string, isIt: (record: RawRecord) => boolean) {
  for (let at = chunk.indexOf(needle); at >= 0; ) {
    const {text, end} = lineAround(chunk, at)
    const record = parseLine(text)
    if (record && isIt(record)) return {record, end}
    at = chunk.indexOf(needle, end)
  }
  return undefined
}

function apply<S>(view: View<S>, fold: Fold<S>, record: RawRecord): FoldVerdict {
  if (isOwn(record)) {
    if (record.kind === 'seal') return seal(view, record)
    if (record.kind === 'carry') return carry(view, fold, record)
    if (record.kind === 'snapshot') return 'void'
  }
  view.records += 1
  return fold.apply(view.state, record)
}

function seal<S>(view: View<S>, stamp: Stamp): FoldVerdict {
  view.seal = {end: view.offset, stamp}
  return 'ok'
}

/** Takes over foreign lines of an earlier generation, but only from where the last carry ended (invariant 9). */
function carry<S>(view: View<S>, fold: Fold<S>, record: RawRecord): FoldVerdict {
  if (!hasFields(record, {generation: 'number', from: 'number', to: 'number', lines: 'object'})) return 'void'
  const {generation, from, to, lines} = record as {
    generation: number
    from: number
    to: number
    lines: readonly unknown[]
  }
  if (view.carriedTo.get(generation) !== from || to < from || !Array.isArray(lines)) return 'void'
  view.carriedTo.set(generation, to)
  for (const line of lines) {
    const carried = typeof line === 'string' && parseLine(line)
    if (!carried) continue
    view.records += 1
    fold.apply(view.state, carried)
  }
  return 'ok'
}

function restore<S>(view: View<S>, fold: Fold<S>, record: RawRecord): FoldVerdict {
  const {generation: own, carriedTo, state} = record
  if (!isOwn(record) || own !== view.generation || !Array.isArray(carriedTo)) return 'void'
  view.snapshotBytes = view.offset
  view.state = fold.restore(state)
  for (const [generation, to] of carriedTo as readonly (readonly [number, number])[]) {
    view.carriedTo.set(generation, to)
  }
  return 'ok'
}
