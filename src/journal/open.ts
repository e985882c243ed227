import type {RawRecord, Stamp} from '../domain/journal/record.js'
import {inspectJournal} from './inspect.js'
import type {Journal} from './journal.js'
import {commit} from './protocol/append.js'
import {archiveOld} from './protocol/archive.js'
import {compactIfDue, isBeyond} from './protocol/compact.js'
import {type Cursor, refresh} from './protocol/cursor.js'
import {onDisk} from './protocol/disk.js'
import {drive, type Step} from './protocol/files.js'
import {generations, legacyRecords, recordsOf} from './protocol/history.js'
import {encodeEntry, type Line} from './protocol/lines.js'
import {dropAbandonedFiles, dropOldGenerations} from './protocol/retention.js'
import {recordsNewestFirst} from './protocol/reverse-scan.js'
import type {View} from './protocol/view.js'
import type {CompactionLimit, JournalSpec} from './spec.js'

/** A successor is usually published within a millisecond of the seal, but later when many processes share the CPU. */
const patienceMs = 30

/**
 * Opens no file: the first call does that. The invariants of the journal:
 *
 * 1. At any prefix of the lines, a job has at most one holder (`domain/lease/lease.ts`).
 * 2. Tokens only grow and are never given twice, across compactions, crashes and reboots.
 * 3. An acknowledged record is in the fold of every later reader until retention removes it.
 * 4. A refused or void record has no effect, ever.
 * 5. The fold of a prefix never depends on the reader's clock, pid, or time of reading.
 * 6. No line of ours, torn or whole, can hide or change another line.
 * 7. A process that dies between two file operations leaves a state from which any other process can go on.
 * 8. Compaction changes no answer to any question asked before it.
 * 9. A foreign line, once written whole, is counted exactly once.
 */
export function openJournal<S>(dir: string, spec: JournalSpec<S>, newStamp: () => Stamp): Journal<S> {
  const {name: journal, fold, mayMakeDir} = spec
  const perform = onDisk(dir, journal, mayMakeDir)
  const run = <T>(steps: Step<T>): T => drive(steps, perform)
  const common = {journal, newStamp, patienceMs, view: undefined}
  const whole: Cursor<S> = {...common, reader: {reads: 'all', fold}}
  const light: Cursor<S> = {...common, reader: {reads: 'seals', fold}}
  let hasCrossed = false
  /** Of all concurrent writers, only the one whose line crosses the limit makes the snapshot. */
  const noteCrossing = (view: View<S>, {bytes}: Line) => {
    const before = {...view, offset: view.offset - bytes.length, records: view.records - 1}
    hasCrossed ||= isBeyond(view, spec.limit) && !isBeyond(before, spec.limit)
  }

  return {
    read: () => run(refresh(whole))?.state ?? fold.empty(),
    append: (entry, durability) => {
      const line = encodeEntry(entry, newStamp())
      const {verdict, view} = run(commit(whole, line, durability))
      noteCrossing(view, line)
      return {record: line.record, verdict, state: view.state}
    },
    note: (entry, durability) => {
      const line = encodeEntry(entry, newStamp())
      noteCrossing(run(commit(whole.view ? whole : light, line, durability)).view, line)
      return line.record
    },
    records: () => recordsInOrder(journal, run),
    newestFirst: () => recordsNewestFirst(journal, run),
    hasGrown: () => {
      const view = whole.view ?? light.view
      return view !== undefined && isBeyond(view, hasCrossed ? spec.limit : twice(spec.limit))
    },
    compactIfDue: () => {
      const view = run(compactIfDue(whole, spec.limit))
      if (!view) return
      const needed = new Set([...view.carriedTo.keys(), view.generation])
      const generations = {dir, journal, needed, now: newStamp().at}
      dropOldGenerations(generations, spec.retention)
      dropAbandonedFiles(generations)
      run(archiveOld(whole, view))
    },
    inspect: () => inspectJournal(dir, spec, run(refresh(whole))),
  }
}

/** If the writer that crossed the limit was killed before it compacted, the next one does it at this limit. */
function twice({bytes, records, timesSnapshot}: CompactionLimit): CompactionLimit {
  return {bytes: 2 * bytes, records: 2 * records, timesSnapshot: 2 * timesSnapshot}
}

type Run = <T>(steps: Step<T>) => T

function* recordsInOrder(journal: string, run: Run): Iterable<RawRecord> {
  const present = run(generations())
  if (present.length === 0) yield* run(legacyRecords(journal))
  for (const generation of present) yield* run(recordsOf(journal, generation))
}
