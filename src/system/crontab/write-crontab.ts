import {spawnSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {GuardError} from '../../errors.js'
import {crontabLimitMs, type InstalledCron} from './installed-cron.js'
import {type Crontab, readCrontabFile, readOwn, whyUnanswered} from './read-crontabs.js'

/** As many former crontabs are kept. */
const keptBackups = 50

export interface CrontabChange {
  readonly crontab: Crontab
  /** The bytes that take the place of those of the crontab. */
  readonly after: string
}

interface WritePlace {
  readonly cron: InstalledCron
  /** Folder of the backups, in the state directory: cronie would run one that stands in /etc/cron.d. */
  readonly dir: string
  /** Makes the name of a backup unique. */
  readonly id: string
  /** Wall clock, ms. */
  readonly nowMs: number
}

/**
 * Puts a changed crontab in the place of the former one, and reads it back.
 *
 * @returns the backup of the former one. Throws GuardError `io` if it was changed meanwhile or could not be written.
 */
export function writeCrontab({cron, dir, id, nowMs}: WritePlace, {crontab, after}: CrontabChange): string {
  const read = () => (crontab.path === undefined ? readOwn(cron) : readCrontabFile(cron.kind, crontab.path)).bytes
  if (read() !== crontab.bytes) {
    throw new GuardError('io', `${crontab.title} was changed meanwhile, so it stays as it is`, ['do it again'])
  }
  const time = new Date(nowMs).toISOString().replaceAll(':', '').slice(0, 17)
  const backup = join(dir, `${time}-${crontab.path === undefined ? 'own' : basename(crontab.path)}-${id}`)
  keepBackup(backup, crontab)
  if (crontab.path === undefined) installOwn(cron, join(dir, `.new-${id}`), after)
  else writeFile(crontab.path, id, after)
  if (read() !== after) {
    throw new GuardError('io', `${crontab.title} reads otherwise than it was written`, [`the former one is ${backup}`])
  }
  return backup
}

/** Nothing is written without a way back. */
function keepBackup(backup: string, {title, bytes}: Crontab): void {
  try {
    mkdirSync(dirname(backup), {recursive: true, mode: 0o700})
    writeFileSync(backup, bytes, {encoding: 'latin1', mode: 0o600, flag: 'wx'})
  } catch (error) {
    rmSync(backup, {force: true})
    const {code} = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new GuardError(
      'io',
      `the backup ${backup} cannot be written (${code}), so ${title} is as it was`,
      ['make room, or choose another state directory: --state-dir DIR'],
      {cause: error},
    )
  }
  prune(dirname(backup))
}

function installOwn({crontab = 'crontab'}: InstalledCron, file: string, bytes: string): void {
  try {
    writeFileSync(file, bytes, {encoding: 'latin1', mode: 0o600})
    const {status, stderr, error} = spawnSync(crontab, [file], {encoding: 'utf8', timeout: crontabLimitMs})
    if (error) throw new GuardError('io', whyUnanswered(crontab, file, error), [], {cause: error})
    if (status !== 0) {
      const said = stderr.replaceAll(`"${file}":`, 'line ').trim().replaceAll('\n', '; ')
      throw new GuardError('io', `crontab refuses what would be written: ${said}`, [
        'guard crontab discover says what is wrong',
      ])
    }
  } finally {
    rmSync(file, {force: true})
  }
}

function writeFile(path: string, id: string, bytes: string): void {
  try {
    replaceFile(path, id, bytes)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new GuardError('io', `${path} cannot be written (${code}), so it stays as it is`, [], {cause: error})
  }
}

/** By a file beside it, whose name with a dot no cron reads. */
function replaceFile(path: string, id: string, bytes: string): void {
  const former = lstatSync(path)
  if (!former.isFile()) throw new GuardError('io', `${path} is not a plain file, so it stays as it is`)
  const beside = join(dirname(path), `.${basename(path)}.guard-${id}`)
  try {
    const fd = openSync(beside, 'wx', 0o600)
    try {
      writeFileSync(fd, bytes, 'latin1')
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    chownSync(beside, former.uid, former.gid)
    chmodSync(beside, former.mode & 0o7777)
    renameSync(beside, path)
  } finally {
    rmSync(beside, {force: true})
  }
}

function prune(dir: string): void {
  const names = readdirSync(dir)
    .filter((name) => !name.startsWith('.'))
    .sort()
  for (const name of names.slice(0, -keptBackups)) rmSync(join(dir, name), {force: true})
}
