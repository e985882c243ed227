import {spawn} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {endsWithin} from './clock.js'
import {toolsPath} from './tools-path.js'

/** How long a file system may take for a first answer. */
export const longestAnswerMs = 2000

/** File systems behind a server or another program, which may be gone: then each call on a file waits, deaf to signals. */
const served = /^(?:nfs4?|cifs|smb3|fuse(?:blk|\..*)?|9p|virtiofs|ceph|afs|lustre|coda|glusterfs|autofs)$/

interface Mount {
  readonly point: string
  readonly type: string
}

/**
 * The served file system that a path is on, by the table of mounts: no file is touched, and so a link to such
 * a place is not seen. The one at `/` is left out, since nothing at all goes on without it.
 *
 * @returns undefined on any other, and without /proc
 */
export function servedMountOf(path: string, table: string): Mount | undefined {
  const mounts = mountsIn(table)
  const isAbove = ({point}: Mount) => point === '/' || path === point || path.startsWith(`${point}/`)
  // Of two at one place, the later one covers the earlier one.
  const mount = mounts.reduce<Mount | undefined>(
    (found, each) => (isAbove(each) && each.point.length >= (found?.point.length ?? 0) ? each : found),
    undefined,
  )
  return mount && mount.point !== '/' && served.test(mount.type) ? mount : undefined
}

/** `/proc/self/mounts`; spaces and the like stand as `\040`. */
function mountsIn(table: string): readonly Mount[] {
  return table.split('\n').flatMap((line) => {
    const [, point, type] = line.split(' ')
    if (point === undefined || type === undefined) return []
    const plain = point.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
    return [{point: plain, type}]
  })
}

/** Where file systems are mounted that have given no answer to this process, and what is said of them. */
const silent = new Map<string, string>()

/** What `silenceOf` has found about this path or a folder above it, without asking again. */
export function knownSilenceOf(path: string): string | undefined {
  for (const [found, why] of silent) if (path === found || path.startsWith(`${found}/`)) return why
  return undefined
}

/**
 * Whether the file system of a path answers in time. Another process asks, since one that waits for such an answer can
 * neither go on nor end; on a local disk nothing is asked.
 *
 * @returns what is wrong; undefined if it answers
 */
export async function silenceOf(path: string): Promise<string | undefined> {
  const mount = servedMountOf(path, readMounts())
  if (mount === undefined || (await answers(path))) return undefined
  const why = `its file system (${mount.type}) has not answered for ${longestAnswerMs / 1000} s`
  silent.set(mount.point, why)
  return why
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mounts', 'utf8')
  } catch {
    return ''
  }
}

/** The size of a file system is never cached, unlike what is known of a file. */
async function answers(path: string): Promise<boolean> {
  const child = spawn('stat', ['-f', '--', path], {stdio: 'ignore', detached: true, env: {PATH: toolsPath()}})
  child.unref()
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()).on('error', () => resolve()))
  const isInTime = await endsWithin(ended, longestAnswerMs)
  if (!isInTime) child.kill('SIGKILL')
  return isInTime
}
