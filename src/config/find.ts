import {type BigIntStats, existsSync, readFileSync, statSync} from 'node:fs'
import {basename, dirname, isAbsolute, join, resolve} from 'node:path'
import {GuardError} from '../errors.js'
import {distrustOfFound, largestFile} from './trust.js'

/**
 * The file names of cosmiconfig, without programs: settings are data. The search is done here with node:fs, because loading
 * cosmiconfig takes longer than a run.
 */
const names = ['', '.json', '.yaml', '.yml'].map((ending) => `.guardianrc${ending}`)

/** Additional names in a folder that belongs to guard. */
const ownFolderNames = [...names, ...['.yaml', '.yml', '.json'].map((ending) => `config${ending}`)]

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

export interface FoundFile {
  readonly path: string
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
    const found = firstIn(folder, {candidates: names, isOwn: false, unused}) ?? packageIn(folder, unused)
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
  const stat = statOf(path)
  if (!stat)
    throw new GuardError('config', `${path} does not exist, or is not accessible to this user`, [
      'correct --config or GUARD_CONFIG',
    ])
  if (!stat.isFile()) throw new GuardError('config', `${path} is not a file`, ['correct --config or GUARD_CONFIG'])
  return {path, stat, named: true}
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
    // A run checks for about 50 missing files, and this call is faster than stat.
    if (!existsSync(path)) continue
    const stat = statOf(path)
    if (stat && !stat.isDirectory() && isTrusted(path, isOwn, unused)) return {path, stat, named: false}
  }
  return undefined
}

function isTrusted(path: string, isOwn: boolean, unused: TakeUnused): boolean {
  const why = distrustOf(path, isOwn)
  if (why !== undefined) unused({path, why})
  return why === undefined
}

function distrustOf(path: string, isOwn: boolean): string | undefined {
  try {
    return distrustOfFound(path, process.geteuid?.(), isOwn)
  } catch (error) {
    return `it cannot be checked: ${(error as Error).message}`
  }
}

/** The other settings files of the same folder, of which none is used. */
export function filesBeside({path}: FoundFile): readonly string[] {
  const folder = dirname(path)
  const candidates = names.includes(basename(path)) ? names : ownFolderNames
  const others = candidates.map((name) => join(folder, name)).filter((other) => other !== path && existsSync(other))
  const ofPackage = basename(path) === 'package.json' ? undefined : packageIn(folder, () => undefined)
  return [...others, ...(ofPackage ? [ofPackage.path] : [])]
}

/** A package.json counts only with a `guardian` key. */
function packageIn(folder: string, unused: TakeUnused): FoundFile | undefined {
  const path = folder === '/' ? '/package.json' : `${folder}/package.json`
  if (!existsSync(path)) return undefined
  const stat = statOf(path)
  if (!stat?.isFile() || stat.size > largestFile || !hasGuardianKey(path)) return undefined
  return isTrusted(path, false, unused) ? {path, stat, named: false} : undefined
}

function hasGuardianKey(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    // Most files do not contain the word, and need no parsing.
    return text.includes('"guardian"') && Object.hasOwn(JSON.parse(text) as object, 'guardian')
  } catch {
    // A broken or unreadable package.json of another project must not stop a job.
    return false
  }
}

/** @returns undefined also for an inaccessible file, because parent folders may belong to other users */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, {bigint: true, throwIfNoEntry: false})
  } catch {
    return undefined
  }
}
