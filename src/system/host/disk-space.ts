import {statfsSync} from 'node:fs'

/** The job writes to its log directly, so below this its own writes fail with ENOSPC. */
const minFreeBytes = 1024 * 1024

/** Whether the disk of a folder is full for this user. Throws the file system's error. */
export function isDiskFull(dir: string): boolean {
  const {blocks, bavail, bfree, bsize} = statfsSync(dir)
  const free = process.geteuid?.() === 0 ? bfree : bavail
  return blocks > 0 && free * bsize < minFreeBytes
}
