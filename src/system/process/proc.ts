import {readdirSync, readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {GuardError} from '../../errors.js'

/** A process as `/proc` reports it. */
interface ProcessInfo {
  readonly pid: number
  readonly program: string
  /** Wall clock, milliseconds since 1970 UTC. */
  readonly startedAt: number
  readonly dead: boolean
}

/** USER_HZ of the kernel: the unit of times in `/proc/PID/stat` on every architecture that Node supports. */
export const ticksPerSecond = 100

/** All visible pids of this machine; empty without `/proc`. */
export function listPids(): readonly number[] {
  return (unlessGone(() => readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).map(Number)
}

/** What is used of `/proc/PID/stat`: see proc(5). */
export interface ProcessStat {
  readonly program: string
  /** One letter: `S` sleeps, `D` waits in the kernel, `Z` is a zombie. */
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Since the boot, as the time namespace of the reader has it. */
  readonly startTicks: number
  readonly isDead: boolean
}

/** @returns undefined if there is no such process, or /proc does not show it; a thread id is found too */
export function readStat(pid: number | 'self'): ProcessStat | undefined {
  const text = unlessHidden(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  if (text === undefined) return undefined
  // The program's name is in parentheses and may contain parentheses itself.
  const close = text.lastIndexOf(')')
  const fields = text.slice(close + 2).split(' ')
  const [state = '', parent, group, session] = fields
  return {
    program: text.slice(text.indexOf('(') + 1, close),
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTicks: Number(fields[19]),
    // A zombie with several threads is still running: only its first thread has ended.
    isDead: (state === 'Z' || state === 'X') && !(Number(fields[17]) > 1),
  }
}

/** @returns undefined if there is no such process; a thread id is found too */
export function readProcess(pid: number): ProcessInfo | undefined {
  const stat = readStat(pid)
  if (!stat) return undefined
  const startedAt = Math.round(bootedAt() + (stat.startTicks / ticksPerSecond) * 1000)
  return {pid, program: stat.program, startedAt, dead: stat.isDead}
}

/** The base names of the first words of its command line: a program, and perhaps its script. Empty if they are hidden. */
export function readCommandNames(pid: number): readonly string[] {
  const words = (unlessHidden(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').split('\0').slice(0, 3)
  return words.filter((word) => word !== '' && !word.startsWith('-')).map((word) => basename(word))
}

interface ProcessStatus {
  /** Effective user. */
  readonly uid: number
  readonly groups: readonly number[]
  /** The pids of the process, from the one of this machine to that in its innermost container. */
  readonly pids: readonly number[]
}

/** @returns undefined if there is no such process */
export function readStatus(pid: number): ProcessStatus | undefined {
  const text = unlessHidden(() => readFileSync(`/proc/${pid}/status`, 'latin1'))
  if (text === undefined) return undefined
  const numbers = (key: string) => {
    const line = new RegExp(`^${key}:(.*)$`, 'm').exec(text)?.[1] ?? ''
    return line.trim().split(/\s+/).filter(Boolean).map(Number)
  }
  return {uid: numbers('Uid')[1] ?? -1, groups: [...numbers('Gid'), ...numbers('Groups')], pids: numbers('NSpid')}
}

/** @returns undefined if the process or file does not exist (any more) */
export function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** As `unlessGone`; undefined too if the option hidepid of /proc hides the process. */
function unlessHidden<T>(read: () => T): T | undefined {
  try {
    return unlessGone(read)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') return undefined
    throw error
  }
}

/** Time of the boot by the present wall clock, so that start times are right even if the clock was set since. */
function bootedAt(): number {
  const upSeconds = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0])
  if (!Number.isFinite(upSeconds)) throw new GuardError('internal', '/proc/uptime does not contain the time since boot')
  return Date.now() - upSeconds * 1000
}
