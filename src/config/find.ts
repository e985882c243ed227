import {type BigIntStats, existsSync, lstatSync, statSync} from 'node:fs'
import {dirname, isAbsolute, resolve} from 'node:path'
import {GuardError} from '../errors.js'
import {closeFile, openFile, readOpen} from './open-file.js'
import {assertTrusted, distrustOfFound, distrustOfPlace, largestFile} from './trust.js'

/**
 * The file names of cosmiconfig, without programs: settings are data. The search is done here with node:fs, because loading
 * cosmiconfig takes longer than a run.
 */
export const settingsNames = ['', '.json', '.yaml', '.yml'].map((ending) => `.guardianrc${ending}`)

/** Additional names in a folder that belongs to guard. */
export const ownFolderNames = [...settingsNames, ...['.yaml', '.yml', '.json'].map((ending) => `config${ending}`)]

export interface Where {
  /** `--config`. */
  readonly configFlag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** undefined if the working directory does not exist any more. */
  readonly cwd: string | undefined
  /** The user's home; undefined if unknown. */
  readonly home: string | undefined
  /** Folder of the machine's settings; tests set another one than `/etc/guardian`. */
  readonly etc?: string
}

/** A settings file that is open, so that what was checked is what is read. Its user closes it. */
export interface FoundFile {
  readonly path: string
  readonly fd: number
  /** Of the descriptor. */
  readonly stat: BigIntStats
  /** Whether the file was given explicitly, and not found by the search. */
  readonly named: boolean
}

/** A settings file that the search passes. */
export interface UnusedFile {
  readonly path: string
  readonly why: string
}

type TakeUnused = (file: UnusedFile) => void

/**
 * The settings file: the given one, or the nearest one upwards, or the user's, or the machine's. A file that another user
 * could have put there is passed, and given to `unused`.
 */
export function findSettings(where: Where, unused: TakeUnused = () => undefined): FoundFile | undefined {
  const named = where.configFlag ?? (where.env['GUARD_CONFIG'] || undefined)
  if (named !== undefined) return namedFile(named, where.cwd)
  for (const folder of foldersUpwards(where.cwd)) {
    const found = firstIn(folder, {candidates: settingsNames, isOwn: false, unused}) ?? packageIn(folder, unused)
    if (found) return found
  }
  for (const folder of ownFolders(where)) {
    const candidates = ownFolderNames
    const found = existsSync(folder) ? firstIn(folder, {candidates, isOwn: true, unused}) : undefined
    if (found) return found
  }
  return undefined
}

function namedFile(named: string, cwd: string | undefined): FoundFile | undefined {
  // As usual, /dev/null means no settings file.
  if (named === '/dev/null') return undefined
  if (!isAbsolute(named) && cwd === undefined) {
    throw new GuardError('config', `${named} cannot be found, because the working directory does not exist any more`, [
      'write its absolute path',
    ])
  }
  const path = resolve(cwd ?? '/', named)
  const hints = ['correct --config or GUARD_CONFIG']
  const stat = statOf(path)
  if (!stat) throw new GuardError('config', `${path} does not exist, or is not accessible to this user`, hints)
  if (!stat.isFile()) throw new GuardError('config', `${path} is not a file`, hints)
  refuseNamedPlace(path)
  const file = {path, ...openFile(path, {mayBeLink: true}), named: true}
  try {
    if (!file.stat.isFile()) throw new GuardError('config', `${path} is not a file`, hints)
    if (file.stat.size > largestFile)
      throw new GuardError('config', `${path} has ${file.stat.size} bytes, but at most 8 MiB are allowed`)
    assertTrusted(path, file.stat, {uid: process.geteuid?.(), named: true})
    return file
  } catch (error) {
    closeFile(file)
    throw error
  }
}

/** As with the file itself, root takes no other user's word for it. */
function refuseNamedPlace(path: string): void {
  const why = process.geteuid?.() === 0 ? distrustOfPlace(path) : undefined
  if (why !== undefined)
    throw new GuardError('config', `${path} is not used: ${why}`, ['move it to a folder that only root may write'])
}

function foldersUpwards(cwd: string | undefined): string[] {
  const folders: string[] = []
  let folder = cwd
  while (folder !== undefined && isAbsolute(folder)) {
    folders.push(folder)
    const parent = dirname(folder)
    folder = parent === folder ? undefined : parent
  }
  return folders
}

function ownFolders({env, home, etc = '/etc/guardian'}: Where): string[] {
  const configHome = env['XDG_CONFIG_HOME']
  const base = configHome && isAbsolute(configHome) ? configHome : home && `${home}/.config`
  return [...(base ? [`${base}/guardian`] : []), etc]
}

interface Candidates {
  readonly candidates: readonly string[]
  /** Whether the folder is one of guard's own. */
  readonly isOwn: boolean
  readonly unused: TakeUnused
}

function firstIn(folder: string, {candidates, isOwn, unused}: Candidates): FoundFile | undefined {
  for (const name of candidates) {
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`
    const stat = statOf(path)
    const found = stat && !stat.isDirectory() ? openTrusted(path, isOwn, unused) : undefined
    if (found) return found
  }
  return undefined
}

/** Where no other user may change the way, nothing else can be opened than what was looked at. */
function openTrusted(path: string, mayBeLink: boolean, unused: TakeUnused): FoundFile | undefined {
  const place = distrustOfWay(path, mayBeLink)
  if (place !== undefined) {
    unused({path, why: place})
    return undefined
  }
  const file = {path, ...openFile(path, {mayBeLink}), named: false}
  const why = distrustOfFound(path, file.stat)
  if (why === undefined) return file
  closeFile(file)
  unused({path, why})
  return undefined
}

/** @param mayBeLink holds in the folders of guard's own, where people and Kubernetes keep links */
function distrustOfWay(path: string, mayBeLink: boolean): string | undefined {
  try {
    const isLink = lstatSync(path).isSymbolicLink()
    if (isLink && !mayBeLink) return 'it is a link'
    // A file of another user, a FIFO or a very large file is not even opened.
    return distrustOfFound(path, statSync(path, {bigint: true})) ?? distrustOfPlace(path)
  } catch (error) {
    refuseUnknown(path, error)
    return `it cannot be checked: ${(error as Error).message}`
  }
}

/** A package.json counts only with a `guardian` key. */
export function packageIn(folder: string, unused: TakeUnused): FoundFile | undefined {
  const path = folder === '/' ? '/package.json' : `${folder}/package.json`
  if (!existsSync(path)) return undefined
  const stat = statOf(path)
  if (!stat?.isFile() || stat.size > largestFile || !hasGuardianKey(path)) return undefined
  return openTrusted(path, false, unused)
}

/** The file may be another user's, who can replace it by anything at any time. */
function hasGuardianKey(path: string): boolean {
  try {
    const file = openFile(path, {mayBeLink: true})
    try {
      if (!file.stat.isFile() || file.stat.size > largestFile) return false
      const text = readOpen(file)
      // Most files do not contain the word, and need no parsing.
      return text.includes('"guardian"') && Object.hasOwn(JSON.parse(text) as object, 'guardian')
    } finally {
      closeFile(file)
    }
  } catch {
    // A broken or unreadable package.json of another project must not stop a job.
    return false
  }
}

/** What keeps this user from a file for good, whatever is in it. */
const outOfReach = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']

/** Where a disk fails it is unknown whether there are settings: without them, a job that they name would be unknown too. */
function refuseUnknown(path: string, cause: unknown): void {
  const {code = '', message} = cause as NodeJS.ErrnoException
  if (!outOfReach.includes(code)) throw new GuardError('config', `${path} cannot be read: ${message}`, [], {cause})
}

/** @returns undefined also for an inaccessible file, because parent folders may belong to other users */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, {bigint: true, throwIfNoEntry: false})
  } catch (error) {
    refuseUnknown(path, error)
    return undefined
  }
}
