import {readFileSync, renameSync, statSync, writeFileSync} from 'node:fs'
import {type HeadTruncation, parseTruncations, truncationEnd} from '../../domain/log/head-truncation.js'
import {cutListFile} from './names.js'

/** What was cut off a log and the older files of its name, oldest first. Throws the file system's error. */
export function readTruncations(log: string): readonly HeadTruncation[] {
  const file = cutListFile(log)
  return statSync(file, {throwIfNoEntry: false}) ? parseTruncations(readFileSync(file, 'utf8')) : []
}

/** Replaces the list at once, so that nobody reads half of one. Throws the file system's error. */
export function writeTruncations(log: string, inode: number, cuts: readonly HeadTruncation[]): void {
  const written = `${cutListFile(log)}.new`
  // What every run asks for stands in front (`bytes-cut-off.ts`).
  writeFileSync(written, `${inode} ${truncationEnd(cuts, inode)} ${JSON.stringify(cuts)}\n`, {mode: 0o600})
  renameSync(written, cutListFile(log))
}
