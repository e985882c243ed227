import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs'
import {hostname, networkInterfaces} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import type {KernelLock, LockFacts, LockForm, PidReuse} from '../../domain/locks/lock.js'
import {type LockOwner, ownerInLink, ownerInText} from '../../domain/locks/lock-owner.js'
import {readBootId} from '../host/host.js'
import {hasOwnProc, isInitialPidns} from '../host/namespaces.js'
import {isHidden} from '../process/identity.js'
import {listPids, readCommandNames, readProcess, readStatus, unlessGone} from '../process/proc.js'
import {type FileId, findHolders, type Holders} from './holders.js'
import {tryKernelLock} from './kernel-lock.js'

/** Inspects files that may be locks, without those that do not exist. Throws the file system's error. */
export type InspectLocks = (paths: readonly string[]) => readonly LockFacts[]

export const inspectLocks: InspectLocks = (paths) => {
  const found = paths.flatMap((path) => {
    const stat = unlessGone(() => lstatSync(path))
    return stat ? [{path, stat}] : []
  })
  const holders = findHolders(found.map(({stat}) => fileId(stat)))
  const sight = {holders, contained: findContained(), partialView: partialView()}
  return found.flatMap(({path, stat}) => unlessGone(() => factsOf(path, stat, sight)) ?? [])
}

/** What is read once for all locks. */
interface Sight {
  readonly holders: Holders
  readonly contained: ReadonlyMap<number, readonly PidReuse[]>
  readonly partialView: string | undefined
}

/** Why /proc does not show every process of the machine. @returns undefined if it shows them all */
function partialView(): string | undefined {
  if (process.platform !== 'linux' || (isInitialPidns() && hasOwnProc())) return undefined
  return 'from inside a container /proc does not show the processes outside it'
}

/** Every name and address by which a lock may call this machine. */
export function readLocalNames(): {readonly hosts: readonly string[]; readonly boot: string} {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({address}) => address))
  return {hosts: [hostname(), ...addresses], boot: readBootId()}
}

/** Identity of a file, which changes when it is replaced or written. */
export function lockIdentity(stat: Stats): string {
  return `${stat.dev}:${stat.ino}:${stat.mtimeMs}`
}

function factsOf(path: string, stat: Stats, {holders: all, contained, partialView}: Sight): LockFacts {
  const {form, leadsTo, owner, blindSpot = all.blindSpot(path, fileId(stat))} = readLock(path, stat, all)
  const holders = all.of(fileId(stat))
  // Only where it decides, because the lock is taken for a moment.
  const isAsked = partialView !== undefined && holders.length === 0 && blindSpot === undefined && !owner
  return {
    path,
    identity: lockIdentity(stat),
    form,
    ...(leadsTo !== undefined && {leadsTo}),
    writtenAt: stat.mtimeMs,
    holders,
    pidReuses: owner ? [...findPidReuse(owner.pid), ...(contained.get(owner.pid) ?? [])] : [],
    ...(blindSpot !== undefined && {blindSpot}),
    ...(partialView !== undefined && {partialView}),
    ...(isAsked && {kernelLock: askKernel(path, form)}),
    ...(owner && {owner}),
  }
}

/** A link itself cannot be locked, so nothing can hold it. */
function askKernel(path: string, form: LockForm): KernelLock {
  if (form === 'symlink') return 'free'
  return form === 'file' || form === 'directory' ? tryKernelLock(path) : 'untried'
}

function fileId({dev, ino, uid, gid, mode}: Stats): FileId {
  return {device: dev, inode: ino, uid, gid, mode}
}

interface ReadLock {
  readonly form: LockForm
  readonly leadsTo?: string
  readonly owner?: LockOwner | undefined
  readonly blindSpot?: string
}

function readLock(path: string, stat: Stats, holders: Holders): ReadLock {
  if (stat.isSymbolicLink()) return readLink(path, stat, holders)
  if (!stat.isFile() && !stat.isDirectory()) return {form: 'other'}
  try {
    return stat.isFile() ? {form: 'file', owner: ownerInText(readHead(path))} : readDirectory(path)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    return {
      form: stat.isFile() ? 'file' : 'directory',
      blindSpot: 'is not readable by this user, so its owner is unknown',
    }
  }
}

/** Programs that lock by a link make one to nowhere. What any other leads to may be a lock that a process has. */
function readLink(path: string, stat: Stats, holders: Holders): ReadLock {
  const target = readlinkSync(path)
  const leadsTo = resolve(dirname(path), target)
  const blindSpot = holders.blindSpot(leadsTo, fileId(stat))
  if (blindSpot !== undefined) return {form: 'symlink', blindSpot}
  return {form: 'symlink', ...(isThere(path) ? {leadsTo} : {owner: ownerInLink(target)})}
}

/** Whether a link leads to something, or may do so. */
function isThere(link: string): boolean {
  try {
    statSync(link)
    return true
  } catch (error) {
    return !['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String((error as NodeJS.ErrnoException).code))
  }
}

/** Shell scripts lock with `mkdir`, which is atomic; some put a file with their pid inside. */
function readDirectory(path: string): ReadLock {
  const [first, ...more] = readdirSync(path, {withFileTypes: true})
  if (!first) return {form: 'directory'}
  if (more.length > 0 || !first.isFile()) return {form: 'crowded'}
  const owner = ownerInText(readHead(join(path, first.name)))
  return owner ? {form: 'directory', owner} : {form: 'crowded'}
}

/** The owner is at the beginning of a lock file. */
const headBytes = 4096

function readHead(path: string): string {
  // If the file was replaced meanwhile, neither wait for a pipe nor follow a link.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    const buffer = Buffer.alloc(headBytes)
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, headBytes, 0))
  } finally {
    closeSync(file)
  }
}

/** The processes that have a number now, and why the one that is meant may run unseen. */
export type FindOwner = (pid: number) => {
  readonly pidReuses: readonly PidReuse[]
  readonly partialView: string | undefined
}

export const findOwner: FindOwner = (pid) => {
  const pidReuses = [...findPidReuse(pid), ...(findContained().get(pid) ?? [])]
  if (process.platform !== 'linux') return {pidReuses, partialView: 'this system has no /proc'}
  return {pidReuses, partialView: isHidden(pid) ? '/proc hides it' : partialView()}
}

function findPidReuse(pid: number): readonly PidReuse[] {
  const process = readProcess(pid)
  return process ? [{...process, names: namesOf(process), state: process.dead ? 'dead' : 'alive'}] : []
}

function namesOf({pid, program}: {readonly pid: number; readonly program: string}): readonly string[] {
  return [program, ...readCommandNames(pid)]
}

/** Processes by their pid inside a container, because a lock on a shared volume contains that pid. */
function findContained(): ReadonlyMap<number, readonly PidReuse[]> {
  const contained = new Map<number, readonly PidReuse[]>()
  for (const outer of listPids()) {
    for (const inner of readStatus(outer)?.pids.slice(1) ?? []) {
      const process = readProcess(outer)
      if (process && !process.dead) {
        contained.set(inner, [
          ...(contained.get(inner) ?? []),
          {...process, names: namesOf(process), state: 'contained'},
        ])
      }
    }
  }
  return contained
}
