import {statSync} from 'node:fs'
import {readPlainFile} from '../host/own-file.js'
import {truncationListFile} from './names.js'

/**
 * How many bytes were truncated from the log with this inode. This is all that a run needs of the list before its job
 * starts, so it is read without parsing the list. Throws the file system's error.
 */
export function truncatedBytes(log: string, inode: number): number {
  const file = truncationListFile(log)
  if (!statSync(file, {throwIfNoEntry: false})) return 0
  const [cut, bytes] = readPlainFile(file, 'latin1').split(' ', 2)
  return Number(cut) === inode ? Number(bytes) || 0 : 0
}
