import {renameSync, statSync} from 'node:fs'
import {type HeadTruncation, parseTruncations, truncationEnd} from '../../domain/log/head-truncation.js'
import {writeNewFile} from '../host/new-file.js'
import {readPlainFile} from '../host/own-file.js'
import {truncationListFile} from './names.js'

/** The truncations of a log and of its older files, oldest first. Throws the file system's error. */
export function readTruncations(log: string): readonly HeadTruncation[] {
  const file = truncationListFile(log)
  return statSync(file, {throwIfNoEntry: false}) ? parseTruncations(readPlainFile(file)) : []
}

/** Replaces the list by a rename, so that it is never read half-written. Throws the file system's error. */
export function writeTruncations(log: string, inode: number, truncations: readonly HeadTruncation[]): void {
  const written = `${truncationListFile(log)}.new`
  // The sum that every run reads comes first (`truncated-bytes.ts`).
  writeNewFile(written, `${inode} ${truncationEnd(truncations, inode)} ${JSON.stringify(truncations)}\n`)
  renameSync(written, truncationListFile(log))
}
