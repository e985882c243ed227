import {type BigIntStats, lstatSync, realpathSync, type Stats, statSync} from 'node:fs'
import {dirname} from 'node:path'
import {GuardError} from '../errors.js'
import {hasOtherMembers} from './group.js'

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
 * Why the search for the settings passes a file: another user could have put it there, or could change it. `mayBeLink`
 * holds in the folders of guard's own, where people and Kubernetes keep links.
 *
 * @returns undefined if it may be used. Throws errors of node:fs.
 */
export function distrustOfFound(file: string, uid: number | undefined, mayBeLink: boolean): string | undefined {
  const isLink = lstatSync(file).isSymbolicLink()
  if (isLink && !mayBeLink) return 'it is a link'
  const stat = statSync(file, {bigint: true})
  if (!stat.isFile()) return 'it is not a file'
  if (stat.size > largestFile) return `it has ${stat.size} bytes, but at most 8 MiB are allowed`
  if (uid === undefined) return undefined
  const real = realpathSync.native(file)
  return (
    distrustOfFile(file, stat, {uid, named: false})?.why ??
    distrustOfFolder(dirname(file), uid) ??
    (real === file ? undefined : distrustOfFolder(dirname(real), uid))
  )
}

/** Who may rename a folder on the way can put another in its place. In a folder like /tmp that is its owner alone. */
function distrustOfFolder(folder: string, uid: number): string | undefined {
  let child: Stats | undefined
  for (let path = folder; ; path = dirname(path)) {
    const stat = lstatSync(path)
    // Where a link leads is judged by the real path.
    const why = stat.isSymbolicLink() ? undefined : distrustOfOne(path, stat, {uid, child})
    if (why !== undefined) return why
    if (path === dirname(path)) return undefined
    child = stat
  }
}

function distrustOfOne(
  path: string,
  {uid: owner, gid, mode}: Stats,
  {uid, child}: {readonly uid: number; readonly child: Stats | undefined},
): string | undefined {
  if (owner !== uid && owner !== 0) return `${path} belongs to user ${owner}`
  const isWritable = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && hasOtherMembers(gid, uid))
  if (!isWritable) return undefined
  const isSticky = (mode & 0o1000) !== 0 && owner === 0
  if (isSticky && child && (child.uid === uid || child.uid === 0) && !child.isSymbolicLink()) return undefined
  return `others may write ${path}`
}
