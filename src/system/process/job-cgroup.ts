import {existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

/**
 * A cgroup of a job's own, below guard's. No process leaves it by changing its session or environment, so all that the
 * job has started can be found.
 */
export interface JobCgroup {
  /** Whether a process is in it. */
  holds(pid: number): boolean
  /** Every process in it and below. */
  pids(): readonly number[]
  /** Sends KILL to all of them at once, also to those that start meanwhile. Does nothing before Linux 5.14. */
  kill(): void
}

/** One that guard itself has made. */
export interface OwnJobCgroup extends JobCgroup {
  /** Starts a process in it. */
  around<T>(spawn: () => T): T
  /** Removes it, unless a process is left in it. */
  remove(): void
}

/** Makes the cgroup of a run. @returns undefined without cgroup v2, or if guard may not write below its own cgroup */
export function makeJobCgroup(runId: string): OwnJobCgroup | undefined {
  const own = folderOf('self')
  if (own === undefined) return undefined
  try {
    removeOld(own)
    const folder = join(own, `guard-${process.pid}-${runId}`)
    mkdirSync(folder)
    return {...inFolder(folder), around: (spawn) => startIn(folder, own, spawn), remove: () => removeFolder(folder)}
  } catch {
    // Read-only, or another user's: as in most containers and in a login session.
    return undefined
  }
}

/** The cgroup that another guard has made for its run. @returns undefined if the process is in none */
export function cgroupOfRun(pid: number, runId: string): JobCgroup | undefined {
  for (let folder = folderOf(pid); folder !== undefined && folder !== '/'; folder = dirname(folder))
    if (/\/guard-\d+-/.test(folder) && folder.endsWith(`-${runId}`)) return inFolder(folder)
  return undefined
}

function inFolder(folder: string): JobCgroup {
  return {
    holds: (pid) => `${folderOf(pid)}/`.startsWith(`${folder}/`),
    pids: () => pidsBelow(folder),
    kill: () => {
      // guard stays in it if it could not go back to its own.
      if (!pidsBelow(folder).includes(process.pid)) write(join(folder, 'cgroup.kill'), '1')
    },
  }
}

/**
 * A new process is in the cgroup of its parent, so guard joins the job's for the moment of the start. A shell that joined
 * it before the job's exec would change the job's environment.
 */
function startIn<T>(folder: string, own: string, spawn: () => T): T {
  write(join(folder, 'cgroup.procs'), `${process.pid}`)
  try {
    return spawn()
  } finally {
    write(join(own, 'cgroup.procs'), `${process.pid}`)
  }
}

/** Where a process stands in the tree of cgroup v2. @returns undefined if that is not mounted here */
function folderOf(pid: number | 'self'): string | undefined {
  try {
    const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1]
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
    const mount = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')
    const [root = '', target] = mount?.slice(3, 5) ?? []
    if (path === undefined || target === undefined) return undefined
    // A container may see only its own part of the tree.
    const below =
      root === '/' ? path : path === root ? '' : path.startsWith(`${root}/`) ? path.slice(root.length) : undefined
    return below === undefined || below.includes('..') ? undefined : join(target, below)
  } catch {
    return undefined
  }
}

function pidsBelow(folder: string): readonly number[] {
  try {
    const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)
    return [...own, ...foldersIn(folder).flatMap(pidsBelow)]
  } catch {
    return []
  }
}

function foldersIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, {withFileTypes: true})
  return entries.filter((entry) => entry.isDirectory()).map(({name}) => join(folder, name))
}

/** Those of guards that were killed, or whose job has left a process behind that has ended since. */
function removeOld(own: string): void {
  for (const folder of foldersIn(own)) {
    const pid = /\/guard-(\d+)-[^/]*$/.exec(folder)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeFolder(folder)
  }
}

function removeFolder(folder: string): void {
  try {
    foldersIn(folder).forEach(removeFolder)
    rmdirSync(folder)
  } catch {
    // A process is left in it: a later run removes it.
  }
}

/** Where this fails, the job is not held by the cgroup, and guard claims nothing by it. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch {
    // As above.
  }
}
