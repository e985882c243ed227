import {type BigIntStats, lstatSync, readFileSync, readlinkSync} from 'node:fs'
import {distrustOfPath, type PathRule} from '../domain/settings/path-trust.js'
import {GuardError} from '../errors.js'

interface ReadingUser {
  /** Effective user id; undefined if the system has none. */
  readonly uid: number | undefined
  /** Whether the file was given explicitly (`--config`), and not found by the search. */
  readonly named: boolean
}

/** Larger settings files are not read, bytes. */
export const largestFile = 8 * 1024 * 1024

/**
 * Settings contain commands, so their author can act as the user who runs guard. So root accepts only its own file that
 * no other user may write, and other users accept only their own or root's file unless it is given explicitly, like git.
 */
export function assertTrusted(file: string, stat: BigIntStats, reader: ReadingUser): void {
  const distrust = distrustOfFile(file, stat, reader)
  if (distrust) throw new GuardError('config', `${file} is not used: ${distrust.why}`, [distrust.hint])
}

function distrustOfFile(
  file: string,
  {uid: fileUid, mode}: Pick<BigIntStats, 'uid' | 'mode'>,
  {uid, named}: ReadingUser,
): {readonly why: string; readonly hint: string} | undefined {
  if (uid === undefined) return undefined
  const owner = Number(fileUid)
  if (uid === 0 && (Number(mode) & 0o022) !== 0)
    return {why: 'it is writable by others, and guard runs as root', hint: `chmod go-w ${file}`}
  if (uid === 0 && owner !== 0)
    return {why: `it belongs to user ${owner}, and guard runs as root`, hint: `chown root ${file}`}
  if (owner === uid || owner === 0 || named) return undefined
  return {why: `it belongs to user ${owner}`, hint: `if you trust its owner, use it explicitly: --config ${file}`}
}

/**
 * Why the search for the settings passes an open file: another user could write it.
 *
 * @param stat of its descriptor
 * @returns undefined if it may be used
 */
export function distrustOfFound(file: string, stat: BigIntStats): string | undefined {
  if (!stat.isFile()) return 'it is not a file'
  if (stat.size > largestFile) return `it has ${stat.size} bytes, but at most 8 MiB are allowed`
  return distrustOfFile(file, stat, {uid: process.geteuid?.(), named: false})?.why
}

/**
 * Why another user could put something else in the place of a path.
 *
 * @returns undefined if no other user could. Throws errors of node:fs.
 */
export function distrustOfPlace(path: string, rule?: PathRule): string | undefined {
  const uid = process.geteuid?.()
  if (uid === undefined) return undefined
  const reader = {
    uid,
    lstat: (each: string) => lstatSync(each, {throwIfNoEntry: false}),
    readLink: (each: string) => readlinkSync(each),
    readFile: (each: string) => readFileSync(each, 'utf8'),
  }
  return distrustOfPath(path, reader, rule)
}
