import {readFileSync} from 'node:fs'
import {
  type BootRef,
  judgeProcess,
  type ProcessRef,
  type ProcessState,
  type Sighting,
} from '../../domain/clock/process-ref.js'
import {hasOwnProc, readPidns, timeOffsets} from '../host/namespaces.js'

/**
 * Identifies the process with this pid beyond its end.
 *
 * @returns undefined if there is none, if it is a zombie, or if /proc does not show it
 */
export function identifyProcess(pid: number): ProcessRef | undefined {
  const start = readStart(pid)
  if (start === undefined || start === 'zombie') return undefined
  const pidns = readPidns()
  return {pid, start, ...(pidns !== undefined && {pidns})}
}

/** Whether the process is still alive. `seen` is the host and boot of its record, `here` are the present ones. */
export function processState(ref: ProcessRef, seen: BootRef, here: BootRef): ProcessState {
  return judgeProcess(ref, seen, {...here, pidns: readPidns()}, lookFor(ref))
}

function lookFor(ref: ProcessRef): Sighting {
  const start = readStart(ref.pid)
  if (start === 'zombie') return 'none'
  if (start === undefined) return hasNumber(ref.pid) ? 'unseen' : 'none'
  return isSameStart(start, ref.start) ? 'same' : 'none'
}

/** Whether there is a process with this pid that /proc does not show. */
export function isHidden(pid: number): boolean {
  return readStart(pid) === undefined && hasNumber(pid)
}

/** kill(2) does not need /proc. */
function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** A tick may be lost where the offset of a time namespace is no whole number of ticks. */
function isSameStart(one: string, other: string): boolean {
  return one === other || Math.abs(Number(one) - Number(other)) <= 1
}

type Start = string | 'zombie' | undefined

function readStart(pid: number): Start {
  return process.platform === 'linux' ? readProcStart(pid) : readPsStart(pid)
}

/** Milliseconds of a clock tick: USER_HZ is 100 on every architecture that Node supports. */
const tickMs = 10

/** Parses `/proc/PID/stat` after the program's name, which may contain spaces and brackets: see proc(5). */
function readProcStart(pid: number): Start {
  const stat = readProcStat(pid)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, threads, start = ''] = [fields[0], Number(fields[17]), fields[19]]
  // A zombie with several threads is still running: only its first thread has ended.
  if ((state === 'Z' || state === 'X') && !(threads > 1)) return 'zombie'
  const {bootMs} = timeOffsets()
  return bootMs === 0 ? start : String(Number(start) - Math.round(bootMs / tickMs))
}

function readProcStat(pid: number): string | undefined {
  if (pid !== process.pid && !hasOwnProc()) return undefined
  try {
    return readFileSync(`/proc/${pid === process.pid ? 'self' : pid}/stat`, 'utf8')
  } catch (error) {
    // ESRCH: it ended between opening and reading. EACCES, EPERM: the option hidepid of /proc hides it.
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return undefined
    throw error
  }
}

function readPsStart(pid: number): Start {
  try {
    const env = {...process.env, LC_ALL: 'C', TZ: 'UTC'}
    const {execFileSync} = process.getBuiltinModule('node:child_process')
    const line = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', `${pid}`], {env, encoding: 'utf8'}).trim()
    const [, state = '', start] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    return state.startsWith('Z') ? 'zombie' : start
  } catch (error) {
    // ps exits with 1 when there is no such process.
    if ((error as {status?: number}).status === 1) return undefined
    throw error
  }
}
