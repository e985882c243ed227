import {writeSync} from 'node:fs'

/** Says a line on standard error. `process.stderr` costs 2 ms to set up, which `guard run` does not have. */
export function printWarning(text: string): void {
  try {
    writeSync(2, `guard: ${text}\n`)
  } catch (error) {
    // Standard error is closed: there is nobody to tell.
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'EBADF' && code !== 'EPIPE' && code !== 'EAGAIN') throw error
  }
}
