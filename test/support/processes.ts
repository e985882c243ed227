import {readdirSync, readFileSync, readlinkSync} from 'node:fs'

interface SeenProcess {
  readonly pid: number
  readonly parent: number
  readonly name: string
  /** A letter, such as `T` for a stopped one. */
  readonly state: string
}

/** All processes. */
export function processes(): SeenProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(readProc(pid, 'stat')) ?? []
    return name === undefined || state === undefined ? [] : [{pid: Number(pid), parent: Number(parent), name, state}]
  })
}

/** The processes that write what jobs print to the logs or spools of a state directory. */
export function loggersIn(stateDir: string): SeenProcess[] {
  return processes().filter(({pid, name}) => name === 'tee' && openFile(pid, 1).startsWith(stateDir))
}

/** What the descriptors of a process lead to. */
export function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => openFile(pid, fd))
  } catch {
    return []
  }
}

function openFile(pid: number, fd: number | string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`)
  } catch {
    return ''
  }
}

/** Empty if the process has ended meanwhile. */
export function readProc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
