import type {Fold} from '../../domain/journal/fold.js'
import type {RawRecord} from '../../domain/journal/record.js'
import {close, drive, type FileHandle, type FileOp, list, listArchives, open, readAll, type Step} from './files.js'
import {gunzip} from './gzip.js'
import {archiveName, generationName, stableName} from './names.js'
import {catchUp, emptyView} from './view.js'

/** Collects the records themselves. Snapshots are ignored, because they repeat earlier generations. */
export const keepAllFold: Fold<RawRecord[]> = {
  empty: () => [],
  apply: (records, record) => {
    records.push(record)
    return 'ok'
  },
  save: (records) => records,
  restore: () => [],
}

/** The generations that retention has kept, archived or not, oldest first. */
export function* generations(): Step<readonly number[]> {
  // The order matters: a generation that is archived in between is then found at least once.
  const plain = yield* list()
  const found = new Set([...plain, ...(yield* listArchives())])
  return [...found].sort((a, b) => a - b)
}

/** The records of one generation up to its seal, in order, including carried lines. */
export function* recordsOf(journal: string, generation: number): Step<readonly RawRecord[]> {
  const file = yield* open(generationName(journal, generation))
  if (file) return yield* recordsIn(file, generation)
  // The archive exists before the generation is removed, so one of the two is found, unless retention removed both.
  const archive = yield* open(archiveName(journal, generation))
  return archive ? yield* recordsInArchive(archive, {journal, generation}) : []
}

/** Lines of other programs in a file that guard has not written to yet. */
export function* legacyRecords(journal: string): Step<readonly RawRecord[]> {
  const file = yield* open(stableName(journal))
  return file ? yield* recordsIn(file, 1) : []
}

function* recordsIn(file: FileHandle, generation: number): Step<readonly RawRecord[]> {
  const view = emptyView(generation, file, keepAllFold)
  yield* catchUp(view, {reads: 'all', fold: keepAllFold})
  yield* close(file)
  return view.state
}

interface ArchivePlace {
  readonly journal: string
  readonly generation: number
}

function* recordsInArchive(archive: FileHandle, {journal, generation}: ArchivePlace): Step<readonly RawRecord[]> {
  const packed = yield* readAll(archive, 0)
  yield* close(archive)
  const bytes = gunzip(packed, archiveName(journal, generation))
  return recordsInBytes(bytes, archive, generation)
}

/** Reads a generation from memory, by the same operations as from the disk. */
export function recordsInBytes(bytes: Buffer, file: FileHandle, generation: number): readonly RawRecord[] {
  const view = emptyView(generation, file, keepAllFold)
  drive(catchUp(view, {reads: 'all', fold: keepAllFold}), (op: FileOp) =>
    op.op === 'read' ? bytes.subarray(op.from, op.from + op.atMost) : undefined,
  )
  return view.state
}
