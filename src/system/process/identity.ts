import {readFileSync, readlinkSync} from 'node:fs'
import type {BootRef, ProcessRef} from '../../domain/clock/process-ref.js'

/**
 * - alive: this process is running
 * - gone: proved by its boot, pid or start time
 * - unknown: it belongs to another host or pid namespace
 */
export type ProcessState = 'alive' | 'gone' | 'unknown'

/** Identifies the process with this pid beyond its end. @returns undefined if there is none, or if it is a zombie */
export function identifyProcess(pid: number): ProcessRef | undefined {
  const start = readStart(pid)
  if (start === undefined) return undefined
  const namespace = readNamespace()
  return {pid, start, ...(namespace !== undefined && {namespace})}
}

/** Whether the process is still alive. `seen` is the host and boot of its record, `here` are the present ones. */
export function processState(ref: ProcessRef, seen: BootRef, here: BootRef): ProcessState {
  if (seen.host !== here.host) return 'unknown'
  if (seen.boot !== here.boot) return 'gone'
  // A restarted container keeps its name but has another namespace, in which the pid means another process.
  if (ref.namespace !== readNamespace()) return 'unknown'
  return readStart(ref.pid) === ref.start ? 'alive' : 'gone'
}

let namespace: string | undefined

/** Cached, because the namespace of a process never changes. */
function readNamespace(): string | undefined {
  if (process.platform !== 'linux') return undefined
  namespace ??= readlinkSync('/proc/self/ns/pid')
  return namespace
}

function readStart(pid: number): string | undefined {
  return process.platform === 'linux' ? readProcStart(pid) : readPsStart(pid)
}

/** Parses `/proc/PID/stat` after the program's name, which may contain spaces and brackets: see proc(5). */
function readProcStart(pid: number): string | undefined {
  const stat = readProcStat(pid)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, threads] = [fields[0], Number(fields[17])]
  // A zombie with several threads is still running: only its first thread has ended.
  const isZombie = (state === 'Z' || state === 'X') && !(threads > 1)
  return isZombie ? undefined : fields[19]
}

function readProcStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    // ESRCH: it ended between opening and reading.
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

function readPsStart(pid: number): string | undefined {
  try {
    const env = {...process.env, LC_ALL: 'C', TZ: 'UTC'}
    const {execFileSync} = process.getBuiltinModule('node:child_process')
    const line = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', `${pid}`], {env, encoding: 'utf8'}).trim()
    const [, state = '', start] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    return state.startsWith('Z') ? undefined : start
  } catch (error) {
    // ps exits with 1 when there is no such process.
    if ((error as {status?: number}).status === 1) return undefined
    throw error
  }
}
