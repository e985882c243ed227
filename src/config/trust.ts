import type {BigIntStats} from 'node:fs'
import {GuardError} from '../errors.js'

interface ReadingUser {
  /** Effective user id; undefined if the system has none. */
  readonly uid: number | undefined
  /** Whether the file was given explicitly (`--config`), and not found by the search. */
  readonly named: boolean
}

/**
 * Settings contain commands, so their author can act as the user who runs guard. So root accepts only its own file that
 * no other user may write, and other users accept only their own or root's file unless it is given explicitly, like git.
 */
export function assertTrusted(file: string, stat: BigIntStats, {uid, named}: ReadingUser): void {
  if (uid === undefined) return
  const owner = Number(stat.uid)
  const writableByOthers = (Number(stat.mode) & 0o022) !== 0
  if (uid === 0 && writableByOthers) {
    throw untrusted(file, 'it is writable by others, and guard runs as root', `chmod go-w ${file}`)
  }
  if (uid === 0 && owner !== 0) {
    throw untrusted(file, `it belongs to user ${owner}, and guard runs as root`, `chown root ${file}`)
  }
  if (owner !== uid && owner !== 0 && !named) {
    throw untrusted(file, `it belongs to user ${owner}`, `if you trust its owner, use it explicitly: --config ${file}`)
  }
}

function untrusted(file: string, reason: string, hint: string): GuardError {
  return new GuardError('config', `${file} is not used: ${reason}`, [hint])
}
