import type {Entry, RawRecord, Stamp, StampedEntry} from '../../domain/journal/record.js'
import {showControlsInJson} from '../../domain/log/show-controls.js'
import {GuardError} from '../../errors.js'

/** Larger data belongs into a file that the record names. */
const longestLine = 65_536

export const newline = 10

/**
 * Ends a line that another process left without its newline. The space marks a record of which only the newline is
 * missing: its writer got an error, so it must never count (invariant 4).
 */
export const tornEnd = Buffer.from(' \n')

/** Kinds that the journal itself writes; callers may not use them. */
export const ownKinds = ['snapshot', 'seal', 'carry'] as const

export interface Line {
  readonly record: StampedEntry
  readonly bytes: Buffer
}

/** Throws GuardError `internal` for a reserved kind, `io` for a record that is too long for one line. */
export function encodeEntry(entry: Entry, stamp: Stamp): Line {
  if (ownKinds.some((kind) => kind === entry.kind)) {
    throw new GuardError('internal', `a record of kind ${entry.kind} is written by the journal alone`)
  }
  const line = encodeOwn(entry, stamp)
  if (line.bytes.length > longestLine) {
    throw new GuardError(
      'io',
      `a record of kind ${entry.kind} has ${line.bytes.length} bytes, ${longestLine} are allowed`,
      ['write large data to a file and name that file in the record'],
    )
  }
  return line
}

/** Control characters that JSON allows as they are stand as `\u009b`, so that `cat` of a journal gives no orders to a terminal. */
export function encodeOwn(entry: Entry, stamp: Stamp): Line {
  const record: StampedEntry = {...stamp, ...entry}
  return {record, bytes: Buffer.from(`${showControlsInJson(JSON.stringify(record))}\n`)}
}

/**
 * Reads a line, given without its newline. If a writer died in the middle of a line and another one appended to it, the
 * record is what parses from the last `{"` (invariant 6).
 *
 * @returns undefined for garbage
 */
export function parseLine(text: string): RawRecord | undefined {
  const whole = parseObject(text)
  if (whole) return isEndedByOther(whole, text) ? undefined : whole
  // Each try parses the rest of the line, so their number is limited, and so is what they parse.
  const end = text.slice(-longestLine)
  let at = end.length
  for (let tries = 0; tries < 64 && at > 0; tries++) {
    at = end.lastIndexOf('{"', at - 1)
    if (at < 0) return undefined
    const record = parseObject(end.slice(at))
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

/** Whether guard wrote the record, and not another program. */
export function isOwn(record: RawRecord): record is StampedEntry {
  return record['v'] === 1 && typeof record['id'] === 'string'
}

/** One complete line of a chunk: its text, and the offset after its newline. */
export interface ChunkLine {
  readonly text: string
  readonly end: number
}

/** The complete lines of a chunk, in order. A last line without newline is left out. */
export function linesOf(chunk: Buffer): readonly ChunkLine[] {
  // What is left out is not decoded either: a long line is read in several tries.
  const complete = chunk.subarray(0, chunk.lastIndexOf(newline) + 1)
  const whole = textOf(complete)
  // With one character per byte, offsets in the text are those in the bytes, and splitting the text is faster.
  return whole.length === complete.length ? cutText(whole) : cutBytes(complete)
}

/** Decodes ASCII as latin1, which V8 does much faster than UTF-8. */
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

/** The line that contains offset `at`. */
export function lineAround(chunk: string | Buffer, at: number): ChunkLine {
  const end = chunk.indexOf('\n', at)
  const start = at === 0 ? 0 : chunk.lastIndexOf('\n', at - 1) + 1
  return {text: chunk.slice(start, end).toString(), end: end + 1}
}
