import type {RawRecord} from '../../domain/journal/record.js'
import {close, type FileHandle, open, read, type Step} from './files.js'
import {generations, keepAllFold, legacyRecords, recordsInBytes, recordsOf} from './history.js'
import {isOwn, linesOf, newline, ownKinds, parseLine} from './lines.js'
import {generationName} from './names.js'
import {catchUp, emptyView, longestLineBytes} from './view.js'

type Run = <T>(steps: Step<T>) => T

interface Place {
  readonly journal: string
  readonly generation: number
  /** Where the snapshot of the next generation says that this one was sealed; undefined if none says it. */
  readonly sealedAt: number | undefined
}

/** About 300 records: few callers want more than the last runs of a job. */
const pieceBytes = 65_536

/** Every record, newest first. Opens a generation only when the caller reaches it, and holds one piece of it at a time. */
export function* recordsNewestFirst(journal: string, run: Run): Iterable<RawRecord> {
  const present = run(generations())
  if (present.length === 0) yield* [...run(legacyRecords(journal))].reverse()
  let sealedAt: number | undefined
  for (const generation of [...present].reverse()) {
    sealedAt = yield* generationNewestFirst({journal, generation, sealedAt}, run)
  }
}

/** @returns `sealedAt` of the generation before it */
function* generationNewestFirst(
  {journal, generation, sealedAt}: Place,
  run: Run,
): Generator<RawRecord, number | undefined> {
  const file = run(open(generationName(journal, generation)))
  // An archive can only be read as a whole.
  if (!file) {
    yield* [...run(recordsOf(journal, generation))].reverse()
    return undefined
  }
  try {
    const end = run(endOf(file, sealedAt))
    let given = 0
    for (const {text, isFirst} of linesNewestFirst({file, end}, run)) {
      const record = parseLine(text)
      if (!record) continue
      if (isFirst && record['kind'] === 'snapshot') return sealBefore(record)
      if (!isOwn(record) || !ownKinds.some((kind) => kind === record.kind)) {
        given += 1
        yield record
      } else if (record.kind === 'carry') {
        // Which carried lines count depends on earlier carries (invariant 9), so the generation is read from its start.
        const all = recordsInBytes(run(read(file, 0, end)), file, generation)
        yield* [...all].reverse().slice(given)
        return undefined
      }
    }
    return undefined
  } finally {
    run(close(file))
  }
}

interface Stretch {
  readonly file: FileHandle
  readonly end: number
}

interface ScannedLine {
  readonly text: string
  readonly isFirst: boolean
}

function* linesNewestFirst({file, end}: Stretch, run: Run): Iterable<ScannedLine> {
  let rest = new UnfinishedLine()
  for (let to = end; to > 0; ) {
    const from = Math.max(0, to - pieceBytes)
    const piece = run(read(file, from, to - from))
    to = from
    const begin = from === 0 ? 0 : piece.indexOf(newline) + 1
    if (begin === 0 && from > 0) {
      rest.putBefore(piece)
      continue
    }
    rest.putBefore(piece.subarray(begin))
    const lines = linesOf(rest.bytes())
    rest = new UnfinishedLine()
    rest.putBefore(piece.subarray(0, begin))
    for (let index = lines.length - 1; index >= 0; index--) {
      yield {text: lines[index]?.text ?? '', isFirst: from === 0 && index === 0}
    }
  }
}

/** The end of a line whose beginning has not been read. Its pieces are joined once, so that a long line costs no more than many short ones. */
class UnfinishedLine {
  private readonly pieces: Buffer[] = []
  private length = 0

  /** The beginning of a line that is too long for a record is dropped. */
  putBefore(piece: Buffer): void {
    if (this.length > longestLineBytes) return
    this.pieces.push(piece)
    this.length += piece.length
  }

  bytes(): Buffer {
    return Buffer.concat(this.pieces.reverse())
  }
}

/** The offset after the seal, or after the last complete line. To search for the seal, the generation is read from its start. */
function* endOf(file: FileHandle, sealedAt: number | undefined): Step<number> {
  if (sealedAt !== undefined && (yield* isSealedAt(file, sealedAt))) return sealedAt
  const view = emptyView(1, file, keepAllFold)
  yield* catchUp(view, {reads: 'seals', fold: keepAllFold})
  return view.offset
}

/** More than a seal has. */
const sealBytes = 4096

/** Not so if the file was edited since. */
function* isSealedAt(file: FileHandle, end: number): Step<boolean> {
  const from = Math.max(0, end - sealBytes)
  const bytes = yield* read(file, from, end - from)
  const last = linesOf(bytes).at(-1)
  const record = last?.end === end - from ? parseLine(last.text) : undefined
  return record?.['kind'] === 'seal' && isOwn(record)
}

/** The last place up to which a snapshot has taken lines over is the seal of the generation before it. */
function sealBefore({carriedTo}: RawRecord): number | undefined {
  const last: unknown = Array.isArray(carriedTo) ? carriedTo.at(-1) : undefined
  const end: unknown = Array.isArray(last) ? last[1] : undefined
  return Number.isSafeInteger(end) && Number(end) > 0 ? Number(end) : undefined
}
