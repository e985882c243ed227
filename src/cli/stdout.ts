import {showControls, showControlsButColors, showControlsInJson, showControlsOf} from '../domain/log/show-controls.js'

/**
 * The border of standard output: all that guard writes there goes through one of these functions, which let through no
 * control character that could give orders to a terminal. Only the output of a job passes as it is.
 */

let isHeeded = false

/** Writes as it is, for output of a job. A closed pipe (`| head`) is not an error. */
export function writeOut(piece: string | Buffer): void {
  if (!isHeeded) {
    isHeeded = true
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  process.stdout.write(piece)
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
  writeOut(jsonLine(value, process.stdout.isTTY ? 2 : 0))
}

/** An object as one line, with its line feed. */
export function jsonLine(value: unknown, indent = 0): string {
  return `${showControlsInJson(JSON.stringify(value, undefined, indent))}\n`
}
