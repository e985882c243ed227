import type {Entry, RawRecord, Stamp, StampedEntry} from '../../domain/journal/record.js'
import {GuardError} from '../../errors.js'

/** Large things live in files that a record names. */
const longestLine = 65_536

const newline = 10

/**
 * What ends a line that somebody else left without its newline. The space matters where all but the newline had been
 * written: its writer was told of an error, so the line must never become a record (invariant 4).
 */
export const tornEnd = Buffer.from(' \n')

/** Kinds by which the journal keeps itself; no caller may use them. */
export const ownKinds = ['snapshot', 'seal', 'carry'] as const

export interface Line {
  readonly record: StampedEntry
  readonly bytes: Buffer
}

/** Throws GuardError `internal` for a kind of the journal's own, `io` for a record that is too long for one line. */
export function encodeEntry(entry: Entry, stamp: Stamp): Line {
  if (ownKinds.some((kind) => kind === entry.kind)) {
    throw new GuardError('internal', `a record of kind ${entry.kind} is written by the journal alone`)
  }
  const line = encodeOwn(entry, stamp)
  if (line.bytes.length > longestLine) {
    throw new GuardError(
      'io',
      `a record of kind ${entry.kind} has ${line.bytes.length} bytes, ${longestLine} are allowed`,
      ['write what is large into a file of its own and name that file'],
    )
  }
  return line
}

export function encodeOwn(entry: Entry, stamp: Stamp): Line {
  const record: StampedEntry = {...stamp, ...entry}
  return {record, bytes: Buffer.from(`${JSON.stringify(record)}\n`)}
}

/**
 * Reads a line without its newline. Undefined for garbage. Where garbage stands before a record (a writer died in the
 * middle, another appended without looking), the record is what parses from the last `{"` (invariant 6).
 */
export function parseLine(text: string): RawRecord | undefined {
  const whole = parseObject(text)
  if (whole) return isEndedByOther(whole, text) ? undefined : whole
  // Each try costs the length of the rest, so a long line of nothing but brackets gets only so many.
  let at = text.length
  for (let tries = 0; tries < 64 && at > 0; tries++) {
    at = text.lastIndexOf('{"', at - 1)
    if (at < 0) return undefined
    const record = parseObject(text.slice(at))
    if (record) return isEndedByOther(record, text) ? undefined : record
  }
  return undefined
}

function isEndedByOther(record: RawRecord, text: string): boolean {
  return text.endsWith(' ') && isOwn(record)
}

function parseObject(text: string): RawRecord | undefined {
  if (!text.startsWith('{') && !text.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(text) as RawRecord
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Tells a record that guard stamped from one that somebody else appended. */
export function isOwn(record: RawRecord): record is StampedEntry {
  return record['v'] === 1 && typeof record['id'] === 'string'
}

/** One complete line of a chunk: its text, and the offset in the chunk behind its newline. */
export interface ChunkLine {
  readonly text: string
  readonly end: number
}

/** The complete lines of a chunk, in order. Only lines with their newline count. */
export function linesOf(chunk: Buffer): readonly ChunkLine[] {
  const whole = textOf(chunk)
  // One character a byte: the text is cut where the bytes are, at half the cost of making a text of each line.
  return whole.length === chunk.length ? cutText(whole) : cutBytes(chunk)
}

/** V8 takes 4 ms for a megabyte of UTF-8, and a tenth of it to see that it is ASCII and to copy it. */
function textOf(bytes: Buffer): string {
  const isPlain = bytes.length > longBytes && process.getBuiltinModule('node:buffer').isAscii(bytes)
  return bytes.toString(isPlain ? 'latin1' : 'utf8')
}

const longBytes = 65_536

function cutText(whole: string): ChunkLine[] {
  const lines: ChunkLine[] = []
  for (let start = 0; ; ) {
    const at = whole.indexOf('\n', start)
    if (at < 0) return lines
    lines.push({text: whole.slice(start, at), end: at + 1})
    start = at + 1
  }
}

function cutBytes(chunk: Buffer): ChunkLine[] {
  const lines: ChunkLine[] = []
  for (let start = 0; ; ) {
    const at = chunk.indexOf(newline, start)
    if (at < 0) return lines
    lines.push({text: chunk.toString('utf8', start, at), end: at + 1})
    start = at + 1
  }
}

/** The line in which the byte at `at` stands. */
export function lineAround(chunk: string | Buffer, at: number): ChunkLine {
  const end = chunk.indexOf('\n', at)
  const start = at === 0 ? 0 : chunk.lastIndexOf('\n', at - 1) + 1
  return {text: chunk.slice(start, end).toString(), end: end + 1}
}
