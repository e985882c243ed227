import {realpathSync} from 'node:fs'
import {readMounts} from './proc.js'

/** Type of the file system of an existing folder, as mount(8) calls it. */
export function fileSystemType(folder: string): string {
  const path = realpathSync.native(folder)
  const mounts = readMounts().filter(({path: at}) => at === '/' || path === at || path.startsWith(`${at}/`))
  // The last of several on one path hides the others.
  const mount = mounts.reduce<(typeof mounts)[number] | undefined>(
    (best, each) => (best && best.path.length > each.path.length ? best : each),
    undefined,
  )
  return mount?.type ?? 'unknown type'
}
