import {closeSync, constants, fchmodSync, openSync, renameSync, unlinkSync, writeFileSync} from 'node:fs'

const {O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY} = constants

/**
 * Puts a file for other programs in its place, mode 0644, so that they see the old text or the new one and nothing
 * between. `id` makes the name of the file beside it unique. Throws the file system's error.
 */
export function writePublicFile(path: string, text: string, id: string): void {
  const aside = `${path}.${id}`
  const fd = openSync(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644)
  try {
    try {
      writeFileSync(fd, text)
      // Whatever the umask, the program that collects the figures may read them.
      fchmodSync(fd, 0o644)
    } finally {
      closeSync(fd)
    }
    renameSync(aside, path)
  } catch (error) {
    unlinkSync(aside)
    throw error
  }
}
