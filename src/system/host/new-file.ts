import {closeSync, constants, openSync, unlinkSync, writeFileSync} from 'node:fs'

/** Writes a new file, mode 0600, in the place of one that a killed process has left. Throws the file system's error. */
export function writeNewFile(path: string, text: string): void {
  const fd = openNew(path)
  try {
    writeFileSync(fd, text)
  } finally {
    closeSync(fd)
  }
}

function openNew(path: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
  try {
    return openSync(path, flags, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    unlinkSync(path)
    return openSync(path, flags, 0o600)
  }
}
