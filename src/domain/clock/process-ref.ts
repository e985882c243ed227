import type {RawRecord} from '../journal/record.js'

/** Identifies one process for good: its number alone may have been reused. */
export interface ProcessRef {
  readonly pid: number
  /**
   * When it started, in the words of the system: clock ticks since boot, without the offset of a time namespace
   * (`/proc/PID/stat`, field 22), or `ps -o lstart=`.
   */
  readonly start: string
  /** Inode of the pid namespace in which `pid` counts, where the system has namespaces. */
  readonly pidns?: number
}

/** The machine and the boot in which a process number and a monotonic clock mean something. */
export interface BootRef {
  readonly host: string
  readonly boot: string
  /** The machine's id; unknown in a container, whose image may share it with other machines. */
  readonly machine?: string
}

/**
 * - alive: this process is running
 * - gone: proved by its boot, pid or start time
 * - unknown: nothing is proved from here
 */
export type ProcessState = 'alive' | 'gone' | 'unknown'

/**
 * What stands under the pid of a process.
 *
 * - same: a process with its start time
 * - none: no process, or one that started at another time
 * - unseen: there may be one
 */
export type Sighting = 'same' | 'none' | 'unseen'

/** Where a process is looked for: `pidns` is the namespace of the process that looks. */
interface Viewpoint extends BootRef {
  readonly pidns: number | undefined
}

/** Whether a recorded process still runs. `seen` are the host and boot of its record. */
export function judgeProcess(ref: ProcessRef, seen: BootRef, here: Viewpoint, found: Sighting): ProcessState {
  const sameNumbers = ref.pidns === here.pidns && !isOtherMachine(seen, here)
  // The boot id of one kernel may look different in a container.
  if (sameNumbers && found === 'same') return 'alive'
  if (isOfPastBoot(seen, here)) return 'gone'
  return sameNumbers && found === 'none' && seen.boot === here.boot ? 'gone' : 'unknown'
}

/** Whether all that ran when `seen` was recorded has ended with its boot. */
export function isOfPastBoot(seen: BootRef, here: BootRef): boolean {
  return seen.machine !== undefined && seen.machine === here.machine && seen.boot !== here.boot
}

function isOtherMachine(seen: BootRef, here: BootRef): boolean {
  return seen.machine !== undefined && here.machine !== undefined && seen.machine !== here.machine
}

/** The machine and boot that a record names. */
export function bootRefOf({host, boot, machine}: BootRef): BootRef {
  return typeof machine === 'string' ? {host, boot, machine} : {host, boot}
}

/** The process that a record names, with the boot of its stamp. @returns undefined if it names none */
export function processOwner(
  record: RawRecord,
): {readonly owner: BootRef & {readonly process: ProcessRef}} | undefined {
  const {host, boot, machine} = record as Readonly<Record<keyof BootRef, string>>
  const process = parseProcessRef(record['process'])
  return process && {owner: {process, ...bootRefOf({host: `${host}`, boot: `${boot}`, machine})}}
}

export function parseProcessRef(value: unknown): ProcessRef | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const {pid, start, pidns} = value as Record<string, unknown>
  if (!Number.isInteger(pid) || (pid as number) < 1 || typeof start !== 'string') return undefined
  const ref = {pid: pid as number, start}
  return typeof pidns === 'number' ? {...ref, pidns} : ref
}
