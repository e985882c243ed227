import {type BigIntStats, existsSync, readFileSync, statSync} from 'node:fs'
import {dirname, isAbsolute, resolve} from 'node:path'
import {GuardError} from '../errors.js'

/** cosmiconfig's names; its folder walk is done here with node:fs alone, since loading it costs more than a whole run. */
const names = [
  ...['', '.json', '.yaml', '.yml', '.js', '.cjs', '.mjs'].map((ending) => `.guardianrc${ending}`),
  ...['.js', '.cjs', '.mjs'].map((ending) => `guardian.config${ending}`),
]

/** In a folder that is guard's own, shorter names will do. */
const ownFolderNames = [
  ...names,
  ...['.yaml', '.yml', '.json', '.js', '.cjs', '.mjs'].map((ending) => `config${ending}`),
]

export interface Where {
  /** `--config`. */
  readonly configFlag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined: the working directory has vanished. */
  readonly cwd: string | undefined
  /** The user's home. Undefined: unknown. */
  readonly home: string | undefined
  /** Folder of the machine's settings; `/etc/guardian` but for tests. */
  readonly etc?: string
}

export interface FoundFile {
  readonly path: string
  readonly stat: BigIntStats
  /** Somebody named the file, rather than guard finding it. */
  readonly named: boolean
}

/** Where the settings are: the file that was named, else the nearest one upwards, the user's, the machine's. */
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
  // As everywhere: the empty file that is always there means none at all.
  if (named === '/dev/null') return undefined
  if (!isAbsolute(named) && cwd === undefined) {
    throw new GuardError('config', `there is no working directory to look for ${named} in`, ['name the file in full'])
  }
  const path = resolve(cwd ?? '/', named)
  const stat = statOf(path)
  if (!stat)
    throw new GuardError('config', `there are no settings at ${path}, or not for this user`, [
      'correct --config or GUARD_CONFIG',
    ])
  if (!stat.isFile()) throw new GuardError('config', `${path} is no file`, ['correct --config or GUARD_CONFIG'])
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
    // A run looks for 50 files that are not there: asking this way takes a third of the time of a status.
    if (!existsSync(path)) continue
    const stat = statOf(path)
    if (stat?.isFile()) return {path, stat, named: false}
  }
  return undefined
}

/** A package.json counts when it has a `guardian` key. */
function packageIn(folder: string): FoundFile | undefined {
  const path = folder === '/' ? '/package.json' : `${folder}/package.json`
  if (!existsSync(path)) return undefined
  const stat = statOf(path)
  return stat?.isFile() && hasGuardianKey(path) ? {path, stat, named: false} : undefined
}

function hasGuardianKey(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8')
    // Most have not even the word; parsing is left for those that do.
    return text.includes('"guardian"') && Object.hasOwn(JSON.parse(text) as object, 'guardian')
  } catch {
    // Somebody else's broken or unreadable package.json is no reason for a job not to run.
    return false
  }
}

/** Undefined also for what may not be looked at: a folder on the way up need not be ours. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, {bigint: true, throwIfNoEntry: false})
  } catch {
    return undefined
  }
}
