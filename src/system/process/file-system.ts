import {realpathSync} from 'node:fs'
import {mountOf, readMounts} from '../host/mounts.js'

/** Type of the file system of an existing folder, as mount(8) calls it. */
export function fileSystemType(folder: string): string {
  return mountOf(realpathSync.native(folder), readMounts())?.type ?? 'unknown type'
}
