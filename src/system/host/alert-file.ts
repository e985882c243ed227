import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

/** Writes a new file to the log folder and returns its path. If the name exists, `_2`, `_3`, … is added. */
export function writeAlertFile(logDir: string, name: string, text: string): string {
  for (let number = 1; ; number++) {
    const path = join(logDir, numbered(name, number))
    try {
      writeFileSync(path, text, {flag: 'wx', mode: 0o600})
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

function numbered(name: string, number: number): string {
  return number === 1 ? name : name.replace(/(\.[^.]*)?$/, (extension) => `_${number}${extension}`)
}
