import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {shellWord} from '../domain/crontab/shell-word.js'
import {distrustOfPath, type PathRule} from '../domain/settings/path-trust.js'
import {GuardError} from '../errors.js'
import {generationsFolder} from './protocol/names.js'

/** Whether file systems are allowed on which two machines may overwrite each other's appends. */
type FilesystemRule = 'local-only' | 'any'

/** Types of `statfs(2)` without atomic appends across machines, from linux/magic.h, and 9p and FUSE of containers. */
const sharedFilesystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x73757245, 'Coda'],
])

/** No folders are made below these, where `mkdir` with `recursive` never returns. */
const kernelFolders = ['/proc', '/sys', '/dev']

/** How many missing folders are made at most, so that a mistyped path is an error. */
const mostNewFolders = 4

/**
 * Makes the state directory if it is missing, mode 0700, and returns its path without symbolic links.
 * Throws GuardError `no-state` if it cannot be made, or if another user could change its files.
 */
export function openStateDir(path: string, rule: FilesystemRule = 'local-only'): string {
  const wanted = resolve(path)
  return refusing(wanted, () => {
    refuseKernelFolder(wanted)
    makeFolder(wanted, mostNewFolders, (place) => checkPlace(place, {allowsMissing: true}))
    checkOwner(wanted, statSync(wanted))
    checkPlace(wanted)
    // From here on no other user can change what the path means.
    const dir = realpathSync.native(wanted)
    refuseKernelFolder(dir)
    checkOwner(dir, lstatSync(dir))
    if (rule === 'local-only') checkFilesystem(dir)
    makeFolder(`${dir}/${generationsFolder}`, 1)
    checkOwner(`${dir}/${generationsFolder}`, lstatSync(`${dir}/${generationsFolder}`))
    return dir
  })
}

/**
 * Looks whether the state directory, which is not there yet, could be made at this place, as far as other users matter.
 * Throws as `openStateDir`.
 */
export function assertStatePlace(path: string): void {
  const wanted = resolve(path)
  refusing(wanted, () => {
    refuseKernelFolder(wanted)
    checkPlace(wanted, {allowsMissing: true})
  })
}

/**
 * For a guard that another one has started: a state directory that was removed or unmounted since then is not made anew,
 * because nothing would look for its records. Throws GuardError `no-state`.
 */
export function assertStateDirIsThere(path: string): void {
  if (!existsSync(`${path}/${generationsFolder}`)) throw refused(path, 'is gone', ['see whether its disk is mounted'])
}

/** Turns errors of node:fs into GuardError `no-state`. */
function refusing<T>(wanted: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (error instanceof GuardError || code === undefined) throw error
    throw refused(wanted, `cannot be used (${code})`, ['choose another: --state-dir DIR or GUARD_STATE_DIR'], error)
  }
}

/**
 * Makes the folder of the text logs if it is missing, mode 0700.
 * Throws GuardError `no-state` if it cannot be made, or if another user could change its files.
 */
export function openLogDir(path: string): void {
  const wanted = resolve(path)
  const refuse = (why: string, options: {cause?: unknown} = {}) =>
    new GuardError('no-state', `log folder ${wanted} ${why}`, ['correct logDir in the settings'], options)
  const check = (place: string, rule: PathRule = {}) => {
    const why = distrustOfPlace(place, {allowsGroupsOfRoot: true, ...rule})
    if (why !== undefined) throw refuse(`is not used: ${why}`)
  }
  if (isKernelFolder(wanted)) throw refuse(kernelFolderText)
  try {
    makeFolder(wanted, mostNewFolders, (place) => check(place, {allowsMissing: true}))
    if (!statSync(wanted).isDirectory()) throw refuse('is not a directory')
    check(wanted)
  } catch (cause) {
    const {code} = cause as NodeJS.ErrnoException
    throw code === undefined ? cause : refuse(`cannot be used (${code})`, {cause})
  }
}

/**
 * Makes a folder of the state directory if it is missing, mode 0700. Throws GuardError `no-state` for one that is a link
 * or another user's, and errors of node:fs.
 */
export function openStateFolder(path: string): void {
  makeFolder(path, 1)
  checkOwner(path, lstatSync(path))
}

function refuseKernelFolder(path: string): void {
  if (isKernelFolder(path)) throw refused(path, kernelFolderText, ['choose a directory on a disk: --state-dir DIR'])
}

const kernelFolderText = 'is on a virtual file system of the kernel'

function isKernelFolder(path: string): boolean {
  // Shared memory is an ordinary file system, unlike the rest of /dev.
  if (path.startsWith('/dev/shm/')) return false
  return kernelFolders.some((folder) => path === folder || path.startsWith(`${folder}/`))
}

/** @param check throws if another user could change the path to a folder before it is made */
function makeFolder(path: string, mostNew: number, check?: (path: string) => void): void {
  // This check is much faster than a caught EEXIST.
  if (existsSync(path)) return
  check?.(path)
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || mostNew <= 1) throw error
    makeFolder(dirname(path), mostNew - 1, check)
    makeFolder(path, 1, check)
  }
}

function checkOwner(path: string, stats: Stats): void {
  const user = process.geteuid?.()
  if (stats.isSymbolicLink()) throw refused(path, 'is a symbolic link', ['remove it: guard makes the directory itself'])
  if (!stats.isDirectory())
    throw refused(path, 'is not a directory', ['choose another: --state-dir DIR, or move the file away'])
  if (user !== undefined && stats.uid !== user) {
    throw refused(path, `belongs to user ${stats.uid}, guard runs as user ${user}`, [
      `run guard as that user, or choose another directory: --state-dir DIR`,
    ])
  }
  if (stats.mode & 0o022)
    throw refused(path, 'is writable by others', [`remove the permission: chmod go-w ${shellWord(path)}`])
}

/** A user who may change the way to the directory could put another in its place. */
function checkPlace(path: string, rule?: PathRule): void {
  const why = distrustOfPlace(path, rule)
  if (why === undefined) return
  const [, shared] = /others may write (.*)$/.exec(why) ?? []
  throw refused(path, `is not used: ${why}`, [
    shared === undefined
      ? 'choose another directory: --state-dir DIR'
      : `remove the permission: chmod go-w ${shellWord(shared)}`,
  ])
}

function distrustOfPlace(path: string, rule?: PathRule): string | undefined {
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

/** The kind of a file system on which the appends of two machines overwrite each other. @returns undefined on any other */
export function sharedFilesystemOf(dir: string): string | undefined {
  return sharedFilesystems.get(statfsSync(dir).type)
}

function checkFilesystem(dir: string): void {
  const name = sharedFilesystemOf(dir)
  if (name === undefined) return
  throw refused(dir, `is on ${name}, where two machines that append at once overwrite each other's lines`, [
    'choose a directory on a local disk: --state-dir DIR',
    'if only one machine uses it: --allow-unsafe-filesystem',
  ])
}

function refused(path: string, why: string, hints: readonly string[], cause?: unknown): GuardError {
  return new GuardError('no-state', `state directory ${path} ${why}`, hints, cause === undefined ? {} : {cause})
}
