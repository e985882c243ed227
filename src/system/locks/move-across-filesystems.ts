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
 * Like a rename, but also between different devices: moves a file, link or folder with its times, mode and, for root, its
 * owner. Throws the file system's error, `EEXIST` if `to` exists.
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

/** `cpSync` is not used, because since Node 22 it fails for a link without target, such as `host:+pid`. */
function copyLink(from: string, to: string, {atime, mtime}: Stats): void {
  symlinkSync(readlinkSync(from), to)
  lutimesSync(to, atime, mtime)
}
