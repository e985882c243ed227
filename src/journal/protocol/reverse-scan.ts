import type {RawRecord} from '../../domain/journal/record.js'
import {close, type FileHandle, open, read, type Step} from './files.js'
import {generations, keepAllFold, legacyRecords, recordsInBytes, recordsOf} from './history.js'
import {isOwn, linesOf, ownKinds, parseLine} from './lines.js'
import {generationName} from './names.js'
import {catchUp, emptyView} from './view.js'

type Run = <T>(steps: Step<T>) => T

interface Place {
  readonly journal: string
  readonly generation: number
}

/** About 300 records: few callers want more than the last runs of a job. */
const pieceBytes = 65_536

/** Every record, newest first. Opens a generation only when the caller reaches it, and holds one piece of it at a time. */
export function* recordsNewestFirst(journal: string, run: Run): Iterable<RawRecord> {
  const present = run(generations())
  if (present.length === 0) yield* [...run(legacyRecords(journal))].reverse()
  for (const generation of [...present].reverse()) yield* generationNewestFirst({journal, generation}, run)
}

function* generationNewestFirst({journal, generation}: Place, run: Run): Iterable<RawRecord> {
  const file = run(open(generationName(journal, generation)))
  // An archive can only be read as a whole.
  if (!file) return yield* [...run(recordsOf(journal, generation))].reverse()
  try {
    const end = run(endOf(file))
    let given = 0
    for (const {text, isFirst} of linesNewestFirst({file, end}, run)) {
      const record = parseLine(text)
      if (!record || (isFirst && record['kind'] === 'snapshot')) continue
      if (!isOwn(record) || !ownKinds.some((kind) => kind === record.kind)) {
        given += 1
        yield record
      } else if (record.kind === 'carry') {
        // Which carried lines count depends on earlier carries (invariant 9), so the generation is read from its start.
        const all = recordsInBytes(run(read(file, 0, end)), file, generation)
        return yield* [...all].reverse().slice(given)
      }
    }
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
  let rest: Buffer = Buffer.alloc(0)
  let atMost = pieceBytes
  for (let to = end; to > 0; ) {
    const from = Math.max(0, to - atMost)
    const piece = Buffer.concat([run(read(file, from, to - from)), rest])
    const begin = from === 0 ? 0 : piece.indexOf(10) + 1
    to = from
    rest = piece.subarray(0, begin === 0 ? piece.length : begin)
    // The line is longer than the piece, so a larger piece is read.
    atMost = begin === 0 ? atMost * 2 : pieceBytes
    if (begin === 0 && from > 0) continue
    const lines = linesOf(piece.subarray(begin))
    for (let index = lines.length - 1; index >= 0; index--) {
      yield {text: lines[index]?.text ?? '', isFirst: from === 0 && index === 0}
    }
  }
}

/** The offset after the seal, or after the last complete line. */
function* endOf(file: FileHandle): Step<number> {
  const view = emptyView(1, file, keepAllFold)
  yield* catchUp(view, {reads: 'seals', fold: keepAllFold})
  return view.offset
}
