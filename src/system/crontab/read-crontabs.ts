import {spawnSync} from 'node:child_process'
import {lstatSync, readdirSync, readFileSync, readlinkSync, type Stats, statSync} from 'node:fs'
import {join} from 'node:path'
import {formatDuration} from '../../domain/clock/duration.js'
import {type CronKind, cronNames, readsFileName} from '../../domain/crontab/cron-kind.js'
import {lastPartOf} from '../../domain/job/path-text.js'
import {GuardError} from '../../errors.js'
import {databaseUser} from '../host/user.js'
import {crontabLimitMs, type InstalledCron} from './installed-cron.js'

/** A crontab as cron has it. */
export interface Crontab {
  /** Undefined for the user's own, which only the program `crontab` reads and writes. */
  readonly path: string | undefined
  /** What people call it. */
  readonly title: string
  /** Its lines name the user who runs them. */
  readonly hasUsers: boolean
  /** One byte in each character (latin1). */
  readonly bytes: string
  /** Why cron passes the whole file. */
  readonly ignored?: string
  /** Why guard does not change the file, which cron may read. */
  readonly unchanged?: string
}

interface UnreadableCrontab {
  readonly title: string
  readonly reason: string
}

export interface FoundCrontabs {
  readonly crontabs: readonly Crontab[]
  readonly unreadable: readonly UnreadableCrontab[]
}

const systemCrontab = '/etc/crontab'
const systemFolder = '/etc/cron.d'

/** The user's own crontab, and those of the system. What cannot be read is named. */
export function readCrontabs(cron: InstalledCron): FoundCrontabs {
  const own = attempt(ownTitle(), () => readOwn(cron))
  const paths = [systemCrontab, ...folder(systemFolder)]
  return together([own, ...paths.map((path) => attempt(path, () => readSystem(cron.kind, path)))])
}

/** One file, whether cron reads it or it is still to be put there. Throws GuardError `io` if it cannot be read. */
export function readCrontabFile(kind: CronKind, path: string): Crontab {
  const isSystem = path === systemCrontab || path.startsWith(`${systemFolder}/`)
  try {
    return isSystem ? readSystem(kind, path) : readFile(path, false)
  } catch (cause) {
    throw new GuardError('io', `${path} cannot be read: ${whyUnread(cause)}`, ['name a crontab: --file FILE'], {cause})
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
  ELOOP: 'it is a link that leads back to itself',
}

function whyUnread(error: unknown): string {
  const {code, syscall, message} = error as NodeJS.ErrnoException
  return code === undefined ? message : (reasons[code] ?? `${syscall} failed with ${code}`)
}

/** The user's own crontab. Throws an error that says why it cannot be read. */
export function readOwn({kind, crontab}: InstalledCron): Crontab {
  if (crontab === undefined) {
    throw new Error('there is no program crontab: install cron, or start jobs by timers of systemd')
  }
  const {status, stdout, stderr} = call(crontab, '-l')
  const hasNone = status !== 0 && /no crontab for|can't open/i.test(stderr)
  if (status !== 0 && !hasNone) throw new Error(stderr.trim() || `crontab -l ended with ${status}`)
  const bytes = hasNone ? '' : stdout
  return {path: undefined, title: ownTitle(), hasUsers: false, bytes: kind === 'debian' ? exact(crontab, bytes) : bytes}
}

/** Debian's `crontab -l` shows a carriage return as `\\r`. An editor gets the bytes, and `cat` changes nothing. */
function exact(crontab: string, listed: string): string {
  if (!/\\r$/m.test(listed)) return listed
  const {status, stdout, stderr} = call(crontab, '-e')
  if (status !== 0) throw new Error(stderr.trim() || `crontab -e ended with ${status}`)
  return stdout
}

function call(crontab: string, option: string) {
  const {status, stdout, stderr, error} = spawnSync(crontab, [option], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: crontabLimitMs,
    maxBuffer: 64 * 1024 * 1024,
    // Debian's crontab leaves out the lines that it has put there itself.
    env: {...process.env, CRONTAB_NOHEADER: 'Y', LC_ALL: 'C', VISUAL: '/bin/cat', EDITOR: '/bin/cat'},
  })
  if (error) throw new Error(whyUnanswered(crontab, option, error), {cause: error})
  return {status, stdout, stderr}
}

/** Why a call of the program `crontab` has no result. */
export function whyUnanswered(crontab: string, argument: string, {code}: NodeJS.ErrnoException): string {
  return code === 'ETIMEDOUT'
    ? `${crontab} ${argument} took longer than ${formatDuration(crontabLimitMs)}`
    : `${crontab} cannot be started (${code})`
}

/** Name of the user who runs this. */
export function userName(): string {
  return databaseUser()?.username ?? `user ${process.geteuid?.()}`
}

function ownTitle(): string {
  return `${userName()}'s crontab (crontab -l)`
}

/** Throws an error that says why cron itself does not go on. */
function readSystem(kind: CronKind, path: string): Crontab {
  const link = lstatSync(path)
  const stat = statSync(path, {throwIfNoEntry: false})
  if (stat?.isFIFO() && kind === 'debian') {
    throw new Error(`it is a named pipe, at which ${cronNames.debian} waits and starts no job of any crontab`)
  }
  const ignored = ignoredBecause(kind, path, {link, stat})
  const crontab = stat?.isFile() ? readFile(path, true) : {path, title: path, hasUsers: true, bytes: ''}
  return {...crontab, ...(ignored !== undefined && {ignored})}
}

function readFile(path: string, hasUsers: boolean): Crontab {
  const unchanged = unchangedBecause(path)
  const bytes = readFileSync(path, 'latin1')
  return {path, title: path, hasUsers, bytes, ...(unchanged !== undefined && {unchanged})}
}

/** A changed file is a new one of the same name, by which a link would become a file beside the one that it names. */
function unchangedBecause(path: string): string | undefined {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return `it is a link to ${readlinkSync(path)}, and guard changes only plain files`
  return stat.isFile() ? undefined : 'it is not a plain file'
}

interface FoundFile {
  readonly link: Stats
  /** Of what the link names, else of the file itself; undefined if it is not there. */
  readonly stat: Stats | undefined
}

function ignoredBecause(kind: CronKind, path: string, {link, stat}: FoundFile): string | undefined {
  const name = lastPartOf(path)
  if (path !== systemCrontab && !readsFileName(kind, name)) return `${cronNames[kind]} passes files of such a name`
  if (!stat) return 'cron passes it, because it is a link to a file that is not there'
  if (!stat.isFile()) return 'cron passes it, because it is not a plain file'
  if (link.isSymbolicLink() && link.uid !== 0 && kind === 'debian') {
    return 'cron passes it, because the link does not belong to root'
  }
  if (stat.uid !== 0) return 'cron passes it, because it does not belong to root'
  if ((stat.mode & 0o022) !== 0) return 'cron passes it, because others may write it'
  return stat.nlink > 1 ? 'cron passes it, because it has a second name' : undefined
}

function folder(path: string): readonly string[] {
  try {
    const names = readdirSync(path).filter((name) => !name.startsWith('.'))
    return names
      .sort()
      .map((name) => join(path, name))
      .filter((file) => !lstatSync(file).isDirectory())
  } catch {
    return []
  }
}

function attempt(title: string, read: () => Crontab): FoundCrontabs {
  try {
    return {crontabs: [read()], unreadable: []}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && title === systemCrontab) return together([])
    return {crontabs: [], unreadable: [{title, reason: whyUnread(error)}]}
  }
}

function together(found: readonly FoundCrontabs[]): FoundCrontabs {
  return {
    crontabs: found.flatMap(({crontabs}) => crontabs),
    unreadable: found.flatMap(({unreadable}) => unreadable),
  }
}
