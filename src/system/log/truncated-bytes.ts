import {readFileSync, statSync} from 'node:fs'
import {cutListFile} from './names.js'

/**
 * How much was cut off the log with this inode, in bytes: all that a run has to know of the list before its job starts.
 * Throws the file system's error.
 */
export function truncatedBytes(log: string, inode: number): number {
  const file = cutListFile(log)
  if (!statSync(file, {throwIfNoEntry: false})) return 0
  const [cut, bytes] = readFileSync(file, 'latin1').split(' ', 2)
  return Number(cut) === inode ? Number(bytes) || 0 : 0
}
