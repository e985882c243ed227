import {
  type BootRef,
  judgeProcess,
  type ProcessRef,
  type ProcessState,
  type Sighting,
} from '../../domain/clock/process-ref.js'
import {hasOwnProc, readPidns, timeOffsets} from '../host/namespaces.js'
import {type ProcessStat, readStat, ticksPerSecond} from './proc.js'

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

/** Whether its first thread has ended and others have not yet: guard's own processes are then at their end. */
export function isEnding(pid: number): boolean {
  return readStat(pid)?.state === 'Z'
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

/** A tick may be lost where the offset of a time namespace is not a whole number of ticks. */
function isSameStart(one: string, other: string): boolean {
  return one === other || Math.abs(Number(one) - Number(other)) <= 1
}

type Start = string | 'zombie' | undefined

function readStart(pid: number): Start {
  return process.platform === 'linux' ? readProcStart(pid) : readPsStart(pid)
}

function readProcStart(pid: number): Start {
  if (pid !== process.pid && !hasOwnProc()) return undefined
  const stat = readStat(pid === process.pid ? 'self' : pid)
  return stat?.isDead ? 'zombie' : stat && startOf(stat)
}

/** The start time by which a process is told from a later one with its pid: the same for readers in other time namespaces. */
export function startOf({startTicks}: Pick<ProcessStat, 'startTicks'>): string {
  return String(startTicks - Math.round((timeOffsets().bootMs / 1000) * ticksPerSecond))
}

/** Signals a process unless its pid was reused. */
export function signalProcess(ref: Pick<ProcessRef, 'pid' | 'start'>, signal: NodeJS.Signals): void {
  if (identifyProcess(ref.pid)?.start !== ref.start) return
  try {
    process.kill(ref.pid, signal)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
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
