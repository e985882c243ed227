import type {BigIntStats} from 'node:fs'
import {GuardError} from '../errors.js'

interface ReadingUser {
  /** Effective user id. Undefined where the system has none. */
  readonly uid: number | undefined
  /** Whether somebody named the file (`--config`), rather than guard finding it on its way up. */
  readonly named: boolean
}

/**
 * Settings name programs to run: whoever writes them acts as the user who runs guard. So root takes only root's own
 * file that nobody else may write, and nobody takes a stranger's file that merely lay on the way (git does the same).
 */
export function assertTrusted(file: string, stat: BigIntStats, {uid, named}: ReadingUser): void {
  if (uid === undefined) return
  const owner = Number(stat.uid)
  const writableByOthers = (Number(stat.mode) & 0o022) !== 0
  if (uid === 0 && writableByOthers) {
    throw untrusted(file, 'others may write it, and guard runs as root', `chmod go-w ${file}`)
  }
  if (uid === 0 && owner !== 0) {
    throw untrusted(file, `it belongs to user ${owner}, and guard runs as root`, `chown root ${file}`)
  }
  if (owner !== uid && owner !== 0 && !named) {
    throw untrusted(file, `it belongs to user ${owner}`, `if you trust its owner, name it: --config ${file}`)
  }
}

function untrusted(file: string, reason: string, mend: string): GuardError {
  return new GuardError('config', `${file} is not read: ${reason}`, [mend])
}
