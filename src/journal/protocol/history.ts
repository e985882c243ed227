import type {Fold} from '../../domain/journal/fold.js'
import type {RawRecord} from '../../domain/journal/record.js'
import {close, drive, type FileHandle, type FileOp, list, listArchives, open, readAll, type Step} from './files.js'
import {gunzip} from './gzip.js'
import {archiveName, generationName, stableName} from './names.js'
import {catchUp, emptyView} from './view.js'

/** Collects the records themselves; a snapshot only repeats what earlier generations said. */
export const keepAllFold: Fold<RawRecord[]> = {
  empty: () => [],
  apply: (records, record) => {
    records.push(record)
    return 'ok'
  },
  save: (records) => records,
  restore: () => [],
}

/** The generations that retention has left, archived or not, oldest first. */
export function* generations(): Step<readonly number[]> {
  // In this order: one that is archived in between is seen at least once.
  const plain = yield* list()
  const found = new Set([...plain, ...(yield* listArchives())])
  return [...found].sort((a, b) => a - b)
}

/** The records of one generation up to its seal, in order, with the lines that were carried into it. */
export function* recordsOf(journal: string, generation: number): Step<readonly RawRecord[]> {
  const file = yield* open(generationName(journal, generation))
  if (file) return yield* recordsIn(file, generation)
  // The archive is there before the generation goes, so one of the two is found, unless retention took both.
  const archive = yield* open(archiveName(journal, generation))
  return archive ? yield* recordsInArchive(archive, {journal, generation}) : []
}

/** Lines of other programs in a journal that guard never wrote to. */
export function* unadoptedRecords(journal: string): Step<readonly RawRecord[]> {
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

/** The same steps as for a generation on the disk, over bytes in memory. */
export function recordsInBytes(bytes: Buffer, file: FileHandle, generation: number): readonly RawRecord[] {
  const view = emptyView(generation, file, keepAllFold)
  drive(catchUp(view, {reads: 'all', fold: keepAllFold}), (op: FileOp) =>
    op.op === 'read' ? bytes.subarray(op.from, op.from + op.atMost) : undefined,
  )
  return view.state
}
