import {type BigIntStats, existsSync, readFileSync, statSync} from 'node:fs'
import {basename, dirname, isAbsolute, join, resolve} from 'node:path'
import {GuardError} from '../errors.js'

/** The file names of cosmiconfig. The search is done here with node:fs, because loading cosmiconfig takes longer than a run. */
const names = [
  ...['', '.json', '.yaml', '.yml', '.js', '.cjs', '.mjs'].map((ending) => `.guardianrc${ending}`),
  ...['.js', '.cjs', '.mjs'].map((ending) => `guardian.config${ending}`),
]

/** Additional names in a folder that belongs to guard. */
const ownFolderNames = [
  ...names,
  ...['.yaml', '.yml', '.json', '.js', '.cjs', '.mjs'].map((ending) => `config${ending}`),
]

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

/** The settings file: the given one, or the nearest one upwards, or the user's, or the machine's. */
export function findSettings(where: Where): FoundFile | undefined {
  const named = where.configFlag ?? (where.env['GUARD_CONFIG'] || undefined)
  if (named !== undefined) return namedFile(named, where.cwd)
  for (const folder of foldersUpwards(where.cwd)) {
    const found = firstIn(folder, names) ?? packageIn(folder)
    if (found) return found
  }
  return ownFolders(where)
    .map((folder) => (existsSync(folder) ? firstIn(folder, ownFolderNames) : undefined))
    .find((found) => found !== undefined)
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

function firstIn(folder: string, candidates: readonly string[]): FoundFile | undefined {
  for (const name of candidates) {
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`
    // A run checks for about 50 missing files, and this call is faster than stat.
    if (!existsSync(path)) continue
    const stat = statOf(path)
    if (stat?.isFile()) return {path, stat, named: false}
  }
  return undefined
}

/** The other settings files of the same folder, of which none is used. */
export function filesBeside({path}: FoundFile): readonly string[] {
  const folder = dirname(path)
  const candidates = names.includes(basename(path)) ? names : ownFolderNames
  const others = candidates.map((name) => join(folder, name)).filter((other) => other !== path && existsSync(other))
  const ofPackage = basename(path) === 'package.json' ? undefined : packageIn(folder)
  return [...others, ...(ofPackage ? [ofPackage.path] : [])]
}

/** A package.json counts only with a `guardian` key. */
function packageIn(folder: string): FoundFile | undefined {
  const path = folder === '/' ? '/package.json' : `${folder}/package.json`
  if (!existsSync(path)) return undefined
  const stat = statOf(path)
  return stat?.isFile() && hasGuardianKey(path) ? {path, stat, named: false} : undefined
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
