import {writeSync} from 'node:fs'
import {showControls, showControlsInLines} from '../../domain/log/show-controls.js'

/** Prints a message on standard error. Setting up `process.stderr` is a large part of the start of a run. */
export function printWarning(text: string, hints: readonly string[] = []): void {
  try {
    writeSync(2, messageText(text, hints))
  } catch (error) {
    // Standard error is closed, or its disk is full: nothing can be printed, and what is at work goes on.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}

/**
 * The border of standard error: a message with control characters shown. Its further lines are indented more than the
 * hints, so that no value in it looks like a message or a hint of guard's.
 */
function messageText(text: string, hints: readonly string[]): string {
  const message = showControlsInLines(text).replaceAll('\n', '\n    ')
  return `guard: ${message}\n${hints.map((hint) => `  - ${showControls(hint)}\n`).join('')}`
}

type Print = (text: string, hints?: readonly string[]) => void

/** Prints each text once: a full disk fails every record of a run, and one warning is enough. */
export function warnOnce(print: Print): Print {
  const printed = new Set<string>()
  return (text, hints) => {
    if (!printed.has(text)) print(text, hints)
    printed.add(text)
  }
}
