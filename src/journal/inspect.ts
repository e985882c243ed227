import {lstatSync, readdirSync} from 'node:fs'
import type {JournalReport} from './journal.js'
import {
  archivedGenerationOf,
  asideName,
  generationName,
  generationOf,
  generationsFolder,
  stableName,
} from './protocol/names.js'
import type {View} from './protocol/view.js'
import type {JournalSpec} from './spec.js'

/** A tail of this many times the limit means that no compaction has succeeded for long. */
const neglected = 8

/** Reports the size of the files of a journal, and what is wrong with them. */
export function inspectJournal<S>(dir: string, spec: JournalSpec<S>, view: View<S> | undefined): JournalReport {
  const {generation, records, garbage} = view ?? {generation: 0, records: 0, garbage: 0}
  return {generation, bytes: bytesOf(dir, spec.name), records, garbage, problems: problemsOf(dir, spec, view)}
}

function bytesOf(dir: string, journal: string): number {
  const folder = `${dir}/${generationsFolder}`
  const files = entries(folder).filter(
    (file) => (generationOf(journal, file) ?? archivedGenerationOf(journal, file)) !== undefined,
  )
  return files.reduce((sum, file) => sum + (lstatSync(`${folder}/${file}`, {throwIfNoEntry: false})?.size ?? 0), 0)
}

function problemsOf<S>(dir: string, {name, limit}: JournalSpec<S>, view: View<S> | undefined): readonly string[] {
  if (!view) return []
  const stable = stableName(name)
  const problems = entries(dir)
    .filter((file) => file.startsWith(asideName(name, '')))
    .map(
      (file) =>
        `${stable} was replaced by another file, which is kept as ${file}: copy what you need from it, then remove it`,
    )
  const newest = identity(`${dir}/${generationName(name, view.generation)}`)
  // Without a generation, only other programs have written so far: guard's next record imports their file.
  if (newest !== undefined && identity(`${dir}/${stable}`) !== newest) {
    problems.push(`${stable} is not the newest generation: guard links it again when it compacts`)
  }
  if (view.generation > 1 && view.snapshotBytes === 0) {
    problems.push(`generation ${view.generation} of ${stable} lacks its snapshot: it was truncated or overwritten`)
  }
  if (view.seal) problems.push(`generation ${view.generation} of ${stable} is sealed and has no successor yet`)
  const due = Math.max(limit.bytes, limit.timesSnapshot * view.snapshotBytes)
  if (view.offset - view.snapshotBytes > neglected * due) {
    problems.push(`${stable} has grown far beyond its limit of ${due} bytes: no compaction has succeeded`)
  }
  return problems
}

function identity(path: string): string | undefined {
  const stats = lstatSync(path, {throwIfNoEntry: false})
  return stats && `${stats.dev}:${stats.ino}`
}

function entries(folder: string): readonly string[] {
  return lstatSync(folder, {throwIfNoEntry: false}) ? readdirSync(folder) : []
}
