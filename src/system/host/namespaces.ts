import {readFileSync, readlinkSync, statSync} from 'node:fs'

/** PROC_PID_INIT_INO of the kernel: the pid namespace in which every process of the machine has a number. */
const initialPidns = 0xeffffffc

let pidns: number | undefined
let ownNumbers: boolean | undefined
let offsets: TimeOffsets | undefined

/** How far the clocks of this process are ahead of the machine's, by its time namespace. Milliseconds. */
interface TimeOffsets {
  readonly monotonicMs: number
  readonly bootMs: number
}

/** Inode of this process's pid namespace. @returns undefined without /proc, and where it shows other namespaces alone */
export function readPidns(): number | undefined {
  pidns ??= orUndefined(() => statSync('/proc/self/ns/pid').ino)
  return pidns
}

/** Whether the pid namespace of this process is the machine's own, not that of a container. */
export function isInitialPidns(): boolean {
  return readPidns() === initialPidns
}

/**
 * Whether /proc numbers the processes as this process does. It does not in a new pid namespace that still shows the
 * /proc of the old one.
 */
export function hasOwnProc(): boolean {
  ownNumbers ??= readOwnNumbers()
  return ownNumbers
}

/** `NSpid` has a number for each namespace from that of /proc to that of the process. */
function readOwnNumbers(): boolean {
  const status = orUndefined(() => readFileSync('/proc/self/status', 'latin1')) ?? ''
  const numbers = /^NSpid:\s*(.*)$/m.exec(status)?.[1]
  // Kernels without pid namespaces have no such line.
  return (numbers ?? orUndefined(() => readlinkSync('/proc/self'))) === String(process.pid)
}

/** The offsets of this process's time namespace, which also shift what it reads in /proc: time_namespaces(7). */
export function timeOffsets(): TimeOffsets {
  offsets ??= parseTimeOffsets(orUndefined(() => readFileSync('/proc/self/timens_offsets', 'latin1')) ?? '')
  return offsets
}

function parseTimeOffsets(text: string): TimeOffsets {
  const offsetOf = (clock: string) => {
    const [, seconds, nanoseconds] = new RegExp(`^${clock}\\s+(-?\\d+)\\s+(\\d+)$`, 'm').exec(text) ?? []
    return seconds === undefined ? 0 : Number(seconds) * 1000 + Number(nanoseconds) / 1e6
  }
  return {monotonicMs: offsetOf('monotonic'), bootMs: offsetOf('boottime')}
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
