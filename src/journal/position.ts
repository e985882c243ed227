import {closeSync, lstatSync, openSync, readdirSync, readSync} from 'node:fs'
import type {RawRecord} from '../domain/journal/record.js'
import {linesOf, parseLine} from './protocol/lines.js'
import {generationName, generationsFolder, stableName} from './protocol/names.js'

/** Where a journal ends: its newest generation, 0 for a file that only other programs have written so far, and its bytes. */
export interface JournalPosition {
  readonly generation: number
  readonly bytes: number
}

/** The ends of all journals by name. A state directory that is gone has none. */
export function journalPositions(dir: string): ReadonlyMap<string, JournalPosition> {
  const positions = new Map<string, JournalPosition>()
  const keep = (journal: string, generation: number, file: string) => {
    if ((positions.get(journal)?.generation ?? -1) > generation) return
    const bytes = lstatSync(`${dir}/${file}`, {throwIfNoEntry: false})?.size
    if (bytes !== undefined) positions.set(journal, {generation, bytes})
  }
  for (const file of namesIn(dir)) {
    const [, journal] = /^(\w+)\.jsonl$/.exec(file) ?? []
    if (journal !== undefined) keep(journal, 0, file)
  }
  for (const file of namesIn(`${dir}/${generationsFolder}`)) {
    const [, journal, generation] = /^(\w+)\.(\d{6,})\.jsonl$/.exec(file) ?? []
    if (journal !== undefined) keep(journal, Number(generation), `${generationsFolder}/${file}`)
  }
  return positions
}

/** The longest stretch that is read; for a longer one the caller finds out otherwise. Bytes. */
const mostBytes = 256 * 1024

/** The records between two positions. @returns undefined if they are too many, or in different generations */
export function recordsBetween(
  dir: string,
  journal: string,
  from: JournalPosition | undefined,
  to: JournalPosition,
): readonly RawRecord[] | undefined {
  const begin = from ?? {generation: to.generation, bytes: 0}
  const length = to.bytes - begin.bytes
  if (begin.generation !== to.generation || length < 0 || length > mostBytes) return undefined
  const name = to.generation === 0 ? stableName(journal) : generationName(journal, to.generation)
  const buffer = readPiece(`${dir}/${name}`, begin.bytes, length)
  if (!buffer) return undefined
  return linesOf(buffer)
    .map(({text}) => parseLine(text))
    .filter((record) => record !== undefined)
}

/** @returns undefined for a file that is gone */
function readPiece(file: string, from: number, length: number): Buffer | undefined {
  try {
    const fd = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(length)
      return buffer.subarray(0, readSync(fd, buffer, 0, length, from))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return []
  }
}
