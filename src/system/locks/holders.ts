import {readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs'
import type {LockHolder} from '../../domain/locks/lock.js'
import {type Mount, readMounts, sharedMountOf} from '../host/mounts.js'
import {listPids, readProcess, readStatus, unlessGone} from '../process/proc.js'

/** A file as the kernel knows it. */
export interface FileId {
  readonly device: number
  readonly inode: number
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

/** The holders of some files, and the processes whose open files are not visible. */
export interface Holders {
  of(file: FileId): readonly LockHolder[]
  /** Why a process may hold the file without being visible. @returns undefined if none can */
  blindSpot(path: string, file: FileId): string | undefined
}

interface Unseen {
  readonly pid: number
  readonly program: string
  readonly uid: number
  readonly groups: readonly number[]
}

/** Reads the kernel's locks and the open files of every process, once for all `files`. */
export function findHolders(files: readonly FileId[]): Holders {
  const mounts = readMounts()
  const wanted = new Set(files.map(key))
  const open = new Map<string, LockHolder[]>()
  const unseen: Unseen[] = []
  for (const pid of listPids()) {
    const keys = openFiles(pid, mounts)
    if (keys === 'unseen') unseen.push(...suspects(pid))
    else addHolders(open, pid, new Set(keys.filter((each) => wanted.has(each))))
  }
  const locks = kernelLocks()
  return {
    of: (file) => [
      ...locks.filter((lock) => lock.isOn(file)).map(({holder}) => holder),
      ...(open.get(key(file)) ?? []),
    ],
    blindSpot: (path, file) => systemBlindSpot(path, mounts) ?? userBlindSpot(file, unseen),
  }
}

function key({device, inode}: Pick<FileId, 'device' | 'inode'>): string {
  return `${device}:${inode}`
}

function addHolders(open: Map<string, LockHolder[]>, pid: number, keys: ReadonlySet<string>): void {
  for (const each of keys) {
    const holder: LockHolder = {pid, program: programOf(pid), by: 'open-file'}
    open.set(each, [...(open.get(each) ?? []), holder])
  }
}

function openFiles(pid: number, mounts: readonly Mount[]): readonly string[] | 'unseen' {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => fileBehind(`/proc/${pid}/fd/${fd}`, mounts))
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') return 'unseen'
    if (code === 'ENOENT' || code === 'ESRCH') return []
    throw error
  }
}

function fileBehind(link: string, mounts: readonly Mount[]): readonly string[] {
  const target = unlessGone(() => readlinkSync(link))
  // Pipes and sockets have no path, devices are not lock files, and `stat` on a network file system may hang.
  if (!target?.startsWith('/') || /^\/(dev|proc|sys)\//.test(target) || sharedMountOf(target, mounts)) return []
  const stat = unlessGone(() => statSync(link))
  return stat ? [key({device: stat.dev, inode: stat.ino})] : []
}

/**
 * The kernel's table of flock, POSIX and OFD locks, which all users may read. On file systems without a real device
 * (btrfs, overlay) its device differs from that of `stat`, so only the inode is compared there.
 */
function kernelLocks(): readonly {readonly holder: LockHolder; readonly isOn: (file: FileId) => boolean}[] {
  const text = unlessGone(() => readFileSync('/proc/locks', 'latin1')) ?? ''
  return [...text.matchAll(/^\d+: \w+ +\S+ +\w+ +(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm)].map((match) => {
    const [pid, inode] = [Number(match[1]), Number(match[4])]
    const [major, minor] = [Number.parseInt(match[2] ?? '', 16), Number.parseInt(match[3] ?? '', 16)]
    return {
      holder: {pid, program: programOf(pid), by: 'kernel-lock' as const},
      isOn: (file: FileId) => {
        const own = splitDevice(file.device)
        return file.inode === inode && own.major === major && (major === 0 || own.minor === minor)
      },
    }
  })
}

/** Decodes `st_dev` like glibc. */
function splitDevice(device: number): {readonly major: number; readonly minor: number} {
  const bits = BigInt(device)
  return {
    major: Number(((bits >> 8n) & 0xfffn) | ((bits >> 32n) & ~0xfffn)),
    minor: Number((bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)),
  }
}

function programOf(pid: number): string {
  return readProcess(pid)?.program ?? 'unknown'
}

function systemBlindSpot(path: string, mounts: readonly Mount[]): string | undefined {
  const proc = mounts.findLast((mount) => mount.path === '/proc')
  if (!proc) return 'this system has no /proc, which lists the processes that hold a file'
  if (/hidepid=(?!0|off)/.test(proc.options) && process.geteuid?.() !== 0)
    return '/proc hides the processes of other users'
  const mount = sharedMountOf(path, mounts)
  return mount && `is on a file system that other machines may use (${mount.type} at ${mount.path})`
}

/** Only a process that owns the file or may write to it is suspected: readers do not use it as a lock. */
function userBlindSpot(file: FileId, unseen: readonly Unseen[]): string | undefined {
  const suspect = unseen.find(
    ({uid, groups}) =>
      uid === file.uid || (file.mode & 0o002) !== 0 || ((file.mode & 0o020) !== 0 && groups.includes(file.gid)),
  )
  return suspect && `process ${suspect.pid} (${suspect.program}) may hold it, and its open files cannot be seen`
}

function suspects(pid: number): readonly Unseen[] {
  // Inside a container even root may not inspect init, which does not take locks of jobs.
  if (pid === 1 && process.geteuid?.() === 0) return []
  const status = readStatus(pid)
  return status ? [{pid, program: programOf(pid), uid: status.uid, groups: status.groups}] : []
}
