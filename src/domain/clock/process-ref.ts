/**
 * Identifies one process for good: its number alone may have been reused. A process of another boot is dead. Nothing
 * is known here of one on another host or in another pid namespace (a container).
 */
export interface ProcessRef {
  readonly pid: number
  /** When it started, in the words of the system: clock ticks since boot (`/proc/PID/stat`, field 22), or `ps -o lstart=`. */
  readonly start: string
  /** The pid namespace in which `pid` counts, where the system has namespaces. */
  readonly namespace?: string
}

/** The machine and the boot in which a process number and a monotonic clock mean something. */
export interface BootRef {
  readonly host: string
  readonly boot: string
}

export function parseProcessRef(value: unknown): ProcessRef | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const {pid, start, namespace} = value as Record<string, unknown>
  if (!Number.isInteger(pid) || (pid as number) < 1 || typeof start !== 'string') return undefined
  const ref = {pid: pid as number, start}
  return typeof namespace === 'string' ? {...ref, namespace} : ref
}
