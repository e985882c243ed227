import {statfsSync} from 'node:fs'

/** Below this no log is kept: output is passed on by way of the log, and would be lost. */
const minFreeBytes = 1024 * 1024

/** Whether the disk of a folder is full for this user. Throws the file system's error. */
export function isDiskFull(dir: string): boolean {
  const {blocks, bavail, bfree, bsize} = statfsSync(dir)
  const free = process.geteuid?.() === 0 ? bfree : bavail
  return blocks > 0 && free * bsize < minFreeBytes
}
