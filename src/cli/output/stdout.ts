import {writeSync} from 'node:fs'
import {
  showControls,
  showControlsButColors,
  showControlsInJson,
  showControlsOf,
} from '../../domain/log/show-controls.js'
import {isTerminal} from './terminal.js'

/**
 * The border of standard output: all that guard writes there goes through one of these functions, which let through no
 * control character that could give orders to a terminal. Only the output of a job passes as it is.
 */

/** Undefined while each piece is written at once; `process.stdout` from a write on that would have had to wait. */
let stream: NodeJS.WriteStream | undefined
let isReaderGone = false
const leavers: (() => void)[] = []

/**
 * Writes as it is, for output of a job. A closed pipe (`| head`) is not an error. In bun, setting up `process.stdout`
 * takes longer than most commands need for all else.
 */
export function writeOut(piece: string | Buffer): void {
  let rest = typeof piece === 'string' ? Buffer.from(piece) : piece
  try {
    while (rest.length > 0 && !stream && !isReaderGone) rest = rest.subarray(writeSync(1, rest))
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EAGAIN') stream = patientStream()
    else leave(error as NodeJS.ErrnoException)
  }
  if (rest.length > 0 && !isReaderGone) stream?.write(rest)
}

/** Calls `work` as soon as it is known that nobody reads standard output any more: at once if it is known already. */
export function onReaderGone(work: () => void): void {
  if (isReaderGone) work()
  else leavers.push(work)
}

/** Another process that shares the pipe has made it one that does not wait. */
function patientStream(): NodeJS.WriteStream {
  return process.stdout.on('error', leave)
}

function leave(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  isReaderGone = true
  for (const work of leavers.splice(0)) work()
}

/** Lines without colours. */
export function writeLines(lines: readonly string[]): void {
  for (const line of lines) writeOut(`${showControls(line)}\n`)
}

/** What `render` makes of the data: its colours pass, those in the data are shown. */
export function writeRendered<A extends readonly unknown[]>(render: (...data: A) => string, ...data: A): void {
  writeOut(`${showControlsButColors(render(...showControlsOf(data)))}\n`)
}

/** One object: indented for people, on one line for programs. */
export function writeJson(value: unknown): void {
  writeOut(jsonLine(value, isTerminal('stdout') ? 2 : 0))
}

/** An object as one line, with its line feed. */
export function jsonLine(value: unknown, indent = 0): string {
  return `${showControlsInJson(JSON.stringify(value, undefined, indent))}\n`
}
