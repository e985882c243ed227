import {writeSync} from 'node:fs'

/** Prints a line on standard error. `process.stderr` costs 2 ms to set up, which `guard run` does not have. */
export function printWarning(text: string): void {
  try {
    writeSync(2, `guard: ${printable(text)}\n`)
  } catch (error) {
    // Standard error is closed, or its disk is full: nothing can be printed, and what is at work goes on.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}

/** Lines and tabs stay; what else would move the cursor or colour the terminal does not. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]+/gu, ' ')
}

/** Prints each text once: a full disk fails every record of a run, and one warning is enough. */
export function warnOnce(print: (text: string) => void): (text: string) => void {
  const printed = new Set<string>()
  return (text) => {
    if (!printed.has(text)) print(text)
    printed.add(text)
  }
}
