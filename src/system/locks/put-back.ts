import {linkSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync} from 'node:fs'
import {moveAcrossFilesystems} from './move-across-filesystems.js'
import type {OpenFolder} from './open-folder.js'

/** Never replaces a file of this name: a hard link fails where a rename would overwrite. */
export function putBack(aside: string, folder: OpenFolder, name: string): 'back' | 'occupied' {
  const path = folder.at(name)
  try {
    if (lstatSync(aside).isDirectory()) putBackDirectory(aside, path)
    else {
      linkSync(aside, path)
      unlinkSync(aside)
    }
    return 'back'
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return 'occupied'
    if (code === 'EXDEV') return putBackAcrossDevices(aside, folder, name)
    if (code === 'EPERM') return putBackUnlinked(aside, path)
    throw error
  }
}

/** Directories cannot be linked. So an empty one is made, which fails if the path exists, and is then replaced. */
function putBackDirectory(aside: string, path: string): void {
  mkdirSync(path)
  try {
    renameSync(aside, path)
  } catch (error) {
    rmdirSync(path)
    throw error
  }
}

/** Without hard links (file system or foreign files), a check before the rename is the best that is possible. */
function putBackUnlinked(aside: string, path: string): 'back' | 'occupied' {
  if (lstatSync(path, {throwIfNoEntry: false})) return 'occupied'
  renameSync(aside, path)
  return 'back'
}

function putBackAcrossDevices(aside: string, folder: OpenFolder, name: string): 'back' | 'occupied' {
  const beside = folder.at(`.${name}.restoring-${process.pid}`)
  moveAcrossFilesystems(aside, beside)
  const result = putBack(beside, folder, name)
  if (result === 'occupied') moveAcrossFilesystems(beside, aside)
  return result
}
