import {closeSync, fsyncSync, openSync, renameSync, rmSync, unlinkSync} from 'node:fs'
import {dirname} from 'node:path'
import {writeNewFile} from '../host/new-file.js'
import {readPlainFile} from '../host/own-file.js'

/** Written for other programs, mode 0600; guard itself never believes it. Throws the file system's error. */
export function writePidFile(path: string, pid: number): void {
  const aside = `${path}.new`
  writeNewFile(aside, `${pid}\n`)
  syncPath(aside)
  renameSync(aside, path)
  syncPath(dirname(path))
}

/** @returns undefined if there is none, or none that can be read */
export function readPidFile(path: string): number | undefined {
  try {
    const pid = Number(readPlainFile(path).trim())
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
}

/** Removes the file of this process, or of one that is gone. A file system that refuses keeps it: nothing depends on it. */
export function removePidFile(path: string, pid: number | undefined): void {
  if (readPidFile(path) !== pid) return
  try {
    unlinkSync(path)
    rmSync(`${path}.new`, {force: true})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}

function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
