import {statfsSync} from 'node:fs'

/** With less room a job fails at its own output, for it writes into its log itself. */
const leastRoomBytes = 1024 * 1024

/** Whether the disk of a folder has no room left for this user. Throws the file system's error. */
export function isDiskFull(dir: string): boolean {
  const {blocks, bavail, bfree, bsize} = statfsSync(dir)
  const free = process.geteuid?.() === 0 ? bfree : bavail
  return blocks > 0 && free * bsize < leastRoomBytes
}
