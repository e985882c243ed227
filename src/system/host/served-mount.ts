import {readFileSync} from 'node:fs'

/** Where file systems are mounted that have given no answer to this process, and what is said of them. */
const unanswered = new Map<string, string>()

/** Why a path must not be touched, as `noAnswerFrom` has found for its file system; it is not asked again. */
export function knownNoAnswerFrom(path: string): string | undefined {
  for (const [point, why] of unanswered) if (`${path}/`.startsWith(`${point}/`)) return why
  return undefined
}

/**
 * Asks the file system of a path whether it answers in time, if it is behind a server.
 *
 * @returns why the path must not be touched; undefined if it may
 */
export async function noAnswerFrom(path: string): Promise<string | undefined> {
  if (!mayBeServed()) return undefined
  // Loaded late: most machines have only disks of their own.
  const {askMountOf} = await import('./ask-mount.js')
  const silent = await askMountOf(path)
  if (silent) unanswered.set(silent.point, silent.why)
  return silent?.why
}

/** Whether the table of mounts has any name of a kind that `sharedMountOf` knows, or begins like one. */
function mayBeServed(): boolean {
  try {
    return / (nfs|cifs|smb|9p|ceph|afs|lustre|gpfs|ocfs2|gfs2|ncpfs|virtiofs|fuse\b)/.test(
      readFileSync('/proc/self/mounts', 'latin1'),
    )
  } catch {
    return false
  }
}
