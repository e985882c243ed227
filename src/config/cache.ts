import {type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readFileSync} from 'node:fs'
import {isAbsolute, join} from 'node:path'
import type {Settings} from '../domain/settings.js'
import type {FoundFile} from './find.js'

/**
 * Checked settings, kept from run to run: `guard run` shall load neither the YAML reader nor the schema.
 *
 * An entry is used only if it was written by this very version of guard, for this very file (path, device, inode, size,
 * mtime and ctime to the nanosecond), by this very user, into a place where nobody else may write. Whatever else is
 * found there counts as nothing. The first line is the key, the second the settings.
 */

export interface CachePlace {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string | undefined
  readonly uid: number | undefined
}

/** guard's cache folder. Undefined: there is no place for one. */
export function cacheFolder({env, home}: CachePlace): string | undefined {
  const cacheHome = env['XDG_CACHE_HOME']
  if (cacheHome && isAbsolute(cacheHome)) return join(cacheHome, 'guard')
  return home === undefined ? undefined : join(home, '.cache', 'guard')
}

export function cacheFile(folder: string, settingsPath: string): string {
  return join(folder, `settings-${hash(settingsPath)}.json`)
}

/** What must be equal for an entry to be used. */
export function cacheKey({path, stat}: FoundFile, version: string): string {
  const {dev, ino, size, mtimeNs, ctimeNs} = stat
  return JSON.stringify([version, path, ...[dev, ino, size, mtimeNs, ctimeNs].map(String)])
}

/** The settings as they were checked before. Undefined: not there, not ours, not whole or not of this file. */
export function readCache(found: FoundFile, version: string, place: CachePlace): Settings | undefined {
  const folder = cacheFolder(place)
  if (folder === undefined || !isPrivate(statOf(folder), place.uid)) return undefined
  try {
    const text = readPrivate(cacheFile(folder, found.path), place.uid)
    const end = text?.indexOf('\n') ?? -1
    if (text === undefined || text.slice(0, end) !== cacheKey(found, version)) return undefined
    return unpack(JSON.parse(text.slice(end + 1)) as Settings)
  } catch {
    // A cache that cannot be read is as good as none.
    return undefined
  }
}

/** An entry keeps of each job what differs from the defaults: a third of the text, and reading it is what a hit costs. */
function unpack(packed: Settings): Settings {
  const jobs = Object.entries(packed.jobs).map(([name, own]) => [name, {...packed.defaults, ...own}])
  return {...packed, jobs: Object.fromEntries(jobs)}
}

function readPrivate(path: string, uid: number | undefined): string | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return isPrivate(fstatSync(file, {bigint: true}), uid) ? readFileSync(file, 'utf8') : undefined
  } finally {
    closeSync(file)
  }
}

/** Ours, and nobody else may so much as look at it. */
export function isPrivate(stat: BigIntStats | undefined, uid: number | undefined): boolean {
  if (!stat || stat.isSymbolicLink()) return false
  return uid === undefined || (Number(stat.uid) === uid && (Number(stat.mode) & 0o077) === 0)
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, {bigint: true, throwIfNoEntry: false})
  } catch {
    return undefined
  }
}

/** FNV-1a, twice 32 bits. It names the file; that it is the right one is told by the key inside. */
function hash(text: string): string {
  let first = 0x811c9dc5
  let second = 0x01000193
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    first = Math.imul(first ^ code, 0x01000193) >>> 0
    second = Math.imul(second ^ code ^ (first >>> 7), 0x01000193) >>> 0
  }
  return first.toString(16).padStart(8, '0') + second.toString(16).padStart(8, '0')
}
