import {readFileSync} from 'node:fs'

/** One mounted file system, from `/proc/self/mountinfo`. */
export interface Mount {
  readonly path: string
  readonly type: string
  readonly options: string
}

/** Empty without /proc. */
export function readMounts(): readonly Mount[] {
  return textOf('/proc/self/mountinfo')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ')
      const [type = '', , options = ''] = right.split(' ')
      return {path: unescapeOctal(left.split(' ')[4] ?? ''), type, options}
    })
}

/**
 * File systems behind a server or another program: other machines may hold their files, and each call on one waits while
 * the server is gone.
 */
const shared = /^(nfs|nfs4|cifs|smb3|smbfs|9p|ceph|afs|lustre|gpfs|ocfs2|gfs2|ncpfs|virtiofs|fuse(\..*)?)$/

/**
 * The mount of such a file system that a path is on. The names alone decide and no file is touched, so a link to such a
 * place is not seen.
 *
 * @returns undefined on any other
 */
export function sharedMountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const mount = mountOf(path, mounts)
  return mount && shared.test(mount.type) ? mount : undefined
}

/** The mount nearest above a path without links. @returns undefined without /proc */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const under = mounts.filter((mount) => path === mount.path || path.startsWith(mount.path.replace(/\/?$/, '/')))
  const longest = Math.max(...under.map((mount) => mount.path.length))
  // If there are several at one place, the last one covers the others.
  return under.findLast((each) => each.path.length === longest)
}

function unescapeOctal(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
