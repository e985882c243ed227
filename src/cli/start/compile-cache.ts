import {lstatSync, mkdirSync, readdirSync, rmdirSync, unlinkSync} from 'node:fs'
import {isPrivateFolder} from '../../config/cache/read.js'
import {distrustOfPlace} from '../../config/trust.js'
import {isStandalone} from '../../system/host/program.js'

/** Node 22.8 and newer have it. */
type EnableCompileCache = (folder: string) => unknown

/** To look for it elsewhere would load a part of Node. */
const firstMajor = 22

/**
 * Has Node keep the compiled code of what is loaded from here on in `~/.cache/guard/node`. Nothing is kept without
 * HOME, on a Node that cannot, or in a folder that another user could change: that is only slower.
 */
export function useCompileCache(): void {
  if (isStandalone || Number.parseInt(process.versions.node, 10) < firstMajor) return
  const {enableCompileCache} = process.getBuiltinModule('node:module') as {enableCompileCache?: EnableCompileCache}
  const home = process.env['HOME']
  if (!enableCompileCache || !home?.startsWith('/')) return
  try {
    const folder = `${home}/.cache/guard/node`
    if (distrustOfPlace(folder, {allowsMissing: true}) !== undefined) return
    for (const path of [`${home}/.cache`, `${home}/.cache/guard`, folder]) makeFolder(path)
    if (!isPrivateFolder(folder, process.geteuid?.())) return
    removeForeign(folder, 'folder')
    enableCompileCache(folder)
  } catch {
    // A home that cannot be written, a full disk, something that cannot be removed: that is only slower.
  }
}

/** Never `recursive`: below /proc that does not return. */
function makeFolder(path: string): void {
  if (lstatSync(path, {throwIfNoEntry: false}) === undefined) mkdirSync(path, 0o700)
}

/**
 * Removes what is not a plain file of this user from the folders of Node's versions. Node opens what it finds: it would
 * wait at a FIFO for ever, and use compiled code of another user. Damage it finds itself, by a checksum. Throws if
 * something cannot be removed.
 */
function removeForeign(folder: string, holds: 'folder' | 'file'): void {
  const user = process.geteuid?.()
  for (const name of readdirSync(folder)) {
    const path = `${folder}/${name}`
    const stat = lstatSync(path)
    const isRight = holds === 'folder' ? stat.isDirectory() : stat.isFile()
    if (isRight && stat.uid === user) {
      if (holds === 'folder') removeForeign(path, 'file')
    } else if (stat.isDirectory()) rmdirSync(path)
    else unlinkSync(path)
  }
}
