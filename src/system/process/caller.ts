/** What the caller has set for its processes, and the runtime changes at its start. */
export interface Caller {
  /** Soft limit of open files, as ulimit(1) prints it; undefined if it is not known. */
  readonly openFiles: string | undefined
  /** Numbers of the ignored signals. */
  readonly ignored: readonly number[]
  /** Open descriptors from 3 on. */
  readonly descriptors: readonly number[]
  /** A path to the working directory that guard had to leave, because it has vanished; `lost` if none leads there. */
  readonly leftDirectory?: string
}

const variable = 'GUARD_CALLER'

let caller: Caller = {openFiles: undefined, ignored: [], descriptors: []}

/** The caller, by what `bin/guard` has noted. Empty if guard was started in another way. */
export function theCaller(): Caller {
  return caller
}

/** Takes the note of `bin/guard` out of the environment, which is that of the jobs. */
export function takeCaller(env: NodeJS.ProcessEnv): void {
  const note = env[variable]
  if (note === undefined) return
  delete env[variable]
  caller = parseCaller(note)
}

/**
 * @param note `1024:7,12:S 1 …`: the limit, the descriptors, and the fields of /proc/PID/stat after the name; then `:3`,
 *   the descriptor of a directory that was left
 */
export function parseCaller(note: string): Caller {
  const [limit = '', descriptors = '', stat = '', left] = note.split(':')
  const openFiles = /^(\d+|unlimited)$/.test(limit) ? limit : undefined
  // One from the limit on cannot be given to a process that has it.
  const highest = Number(openFiles) || Number.POSITIVE_INFINITY
  return {
    openFiles,
    ignored: signalsOf(stat.split(' ')[ignoredField] ?? ''),
    descriptors: descriptors
      .split(',')
      .filter((word) => /^\d+$/.test(word))
      .map(Number)
      .filter((descriptor) => descriptor > 2 && descriptor < highest),
    ...(left !== undefined && {leftDirectory: /^\d+$/.test(left) ? `/proc/self/fd/${left}` : 'lost'}),
  }
}

/** Field 33 of proc(5) without the two before: a mask of the first 31 signals. */
const ignoredField = 30

/** Bit 0 stands for signal 1. */
function signalsOf(mask: string): number[] {
  const bits = /^\d+$/.test(mask) ? Number(mask) : 0
  return Array.from({length: 31}, (_, index) => index + 1).filter((signal) => (bits / 2 ** (signal - 1)) & 1)
}
