import {type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readFileSync} from 'node:fs'
import {isAbsolute, join} from 'node:path'
import {isJobName} from '../../domain/job/job-name.js'
import type {JobSettings} from '../../domain/settings/job.js'
import type {Settings} from '../../domain/settings/settings.js'
import type {FoundFile} from '../find.js'
import {distrustOfPlace} from '../trust.js'

/**
 * A cache of checked settings, so that `guard run` loads neither the YAML parser nor the schema.
 *
 * An entry is used only if it was written by the same version of guard, for the same file (path, device, inode, size,
 * mtime and ctime to the nanosecond), by the same user, in a folder that no other user may write. Anything else is
 * ignored. The first line of an entry is its key.
 */

export interface CachePlace {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string | undefined
  readonly uid: number | undefined
}

/** The cache folder of guard. @returns undefined without a home */
export function cacheFolder({env, home}: CachePlace): string | undefined {
  const cacheHome = env['XDG_CACHE_HOME']
  if (cacheHome && isAbsolute(cacheHome)) return join(cacheHome, 'guard')
  return home === undefined ? undefined : join(home, '.cache', 'guard')
}

export function cacheFile(folder: string, {stat}: FoundFile): string {
  return join(folder, `settings-${stat.dev}-${stat.ino}`)
}

/** Grows with each change of the format, because two builds may have the same version. */
const layout = 8

/** The key of an entry, which must be equal for a hit. */
export function cacheKey({path, stat}: FoundFile, version: string): string {
  const {dev, ino, size, mtimeNs, ctimeNs} = stat
  return JSON.stringify([layout, version, path, ...[dev, ino, size, mtimeNs, ctimeNs].map(String)])
}

/** The cached settings. @returns undefined if the entry is missing, foreign, incomplete or out of date */
export function readCache(found: FoundFile, version: string, place: CachePlace): Settings | undefined {
  const folder = cacheFolder(place)
  if (folder === undefined || !isPrivateFolder(folder, place.uid)) return undefined
  try {
    const text = readPrivate(cacheFile(folder, found), place.uid)
    return text?.startsWith(`${cacheKey(found, version)}\n`) && isUndamaged(text) ? unpack(text) : undefined
  } catch {
    // An unreadable cache is like no cache.
    return undefined
  }
}

/** The part of bun that sums up; `node:zlib` has the same sum, but is slow to load in bun. */
const {Bun: bun} = globalThis as {readonly Bun?: {readonly hash: {crc32(text: string): number}}}

/** The last line of an entry, without which it is incomplete or damaged: a job is parsed too late to find that out. */
export function checksumLine(lines: string): string {
  const sum = bun ? bun.hash.crc32(lines) : process.getBuiltinModule('node:zlib').crc32(lines)
  return `sum ${sum.toString(16)}`
}

function isUndamaged(text: string): boolean {
  const end = text.lastIndexOf('\n') + 1
  return text.slice(end) === checksumLine(text.slice(0, end))
}

/**
 * The lines of an entry: its key; the settings without jobs and scripts; the scripts; then for each job its name and
 * the values that differ from the defaults. A run needs one of many jobs, so a job is parsed only when it is accessed.
 */
function unpack(text: string): Settings {
  const base = text.indexOf('\n') + 1
  const scripts = text.indexOf('\n', base) + 1
  const jobs = text.indexOf('\n', scripts)
  const settings = JSON.parse(text.slice(base, scripts)) as Settings
  let readScripts: Settings['scripts'] | undefined
  return {
    ...settings,
    jobs: lazyJobs(text.slice(jobs, text.lastIndexOf('\n') + 1), settings.defaults),
    get scripts() {
      readScripts ??= JSON.parse(text.slice(scripts, jobs)) as Settings['scripts']
      return readScripts
    },
  }
}

/** A map of jobs that parses each job at its first access. */
function lazyJobs(lines: string, defaults: JobSettings): Settings['jobs'] {
  const read = (jobs: Record<string, JobSettings>, name: string | symbol) => {
    if (typeof name !== 'string' || Object.hasOwn(jobs, name) || !isJobName(name)) return
    const start = lines.indexOf(`\n${name} `)
    if (start < 0) return
    const own = JSON.parse(lines.slice(start + name.length + 2, lines.indexOf('\n', start + 1))) as Partial<JobSettings>
    jobs[name] = {...defaults, ...own}
  }
  // A caller that lists the names then reads each job, and a search per job would read the text once per job.
  let names: string[] | undefined
  const readAll = (jobs: Record<string, JobSettings>): string[] => {
    if (names) return names
    names = []
    for (const line of lines.split('\n')) {
      const end = line.indexOf(' ')
      if (end < 0) continue
      const name = line.slice(0, end)
      names.push(name)
      if (!Object.hasOwn(jobs, name)) jobs[name] = {...defaults, ...(JSON.parse(line.slice(end + 1)) as object)}
    }
    return names
  }
  return new Proxy<Record<string, JobSettings>>(
    {},
    {
      get(jobs, name) {
        read(jobs, name)
        return Reflect.get(jobs, name)
      },
      getOwnPropertyDescriptor(jobs, name) {
        read(jobs, name)
        return Reflect.getOwnPropertyDescriptor(jobs, name)
      },
      has(jobs, name) {
        read(jobs, name)
        return Reflect.has(jobs, name)
      },
      ownKeys: readAll,
    },
  )
}

/** @returns undefined for a file that another user could read or write. Throws the file system's error. */
export function readPrivate(path: string, uid: number | undefined): string | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(file, {bigint: true})
    return stat.isFile() && isPrivate(stat, uid) ? readFileSync(file, 'utf8') : undefined
  } finally {
    closeSync(file)
  }
}

/** Whether the folder belongs to this user, is not accessible to others, and no other user may change the way to it. */
export function isPrivateFolder(folder: string, uid: number | undefined): boolean {
  try {
    const stat = lstatSync(folder, {bigint: true, throwIfNoEntry: false})
    return stat?.isDirectory() === true && isPrivate(stat, uid) && distrustOfPlace(folder) === undefined
  } catch {
    return false
  }
}

/** Whether the file belongs to this user and is not accessible to others. */
function isPrivate(stat: BigIntStats, uid: number | undefined): boolean {
  return uid === undefined || (Number(stat.uid) === uid && (Number(stat.mode) & 0o077) === 0)
}
