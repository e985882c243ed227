import {
  chmodSync,
  cpSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  readlinkSync,
  rmSync,
  type Stats,
  symlinkSync,
} from 'node:fs'

/**
 * What a rename does, for two places that may lie on different devices: a file, a link or a folder, with its times,
 * mode and, for root, its owner. Throws what the disk throws, `EEXIST` when something stands at `to`.
 */
export function moveAcrossFilesystems(from: string, to: string): void {
  const original = lstatSync(from)
  if (original.isSymbolicLink()) copyLink(from, to, original)
  else copyFiles(from, to, original)
  if (process.geteuid?.() === 0) lchownSync(to, original.uid, original.gid)
  rmSync(from, {recursive: true})
}

function copyFiles(from: string, to: string, {mode}: Stats): void {
  cpSync(from, to, {recursive: true, preserveTimestamps: true, verbatimSymlinks: true, errorOnExist: true})
  chmodSync(to, mode)
}

/** By hand: from Node 22 on, `cpSync` of a link fails when nothing stands where it points, as with `host:+pid`. */
function copyLink(from: string, to: string, {atime, mtime}: Stats): void {
  symlinkSync(readlinkSync(from), to)
  lutimesSync(to, atime, mtime)
}
