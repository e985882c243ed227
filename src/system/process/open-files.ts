import {libc} from '../host/libc.js'

/** RLIMIT_NOFILE of Linux. */
const openFilesLimit = 7

/** Below it, guard itself could not start a process. */
const enough = 64n

/**
 * Starts a process with this soft limit of open files, and restores guard's own, which the runtime has raised.
 *
 * @param openFiles as ulimit(1) prints it
 * @returns undefined, having started nothing, where the runtime cannot call C: then the shell sets it
 */
export function startWithOpenFiles<T>(openFiles: string, start: () => T): T | undefined {
  const c = libc()
  const own = new BigUint64Array(2)
  if (!c || !/^\d+$/.test(openFiles) || c.getrlimit(openFilesLimit, own) !== 0) return undefined
  const soft = BigInt(openFiles)
  const hard = own[1] ?? 0n
  if (soft < enough || soft > hard) return undefined
  if (c.setrlimit(openFilesLimit, new BigUint64Array([soft, hard])) !== 0) return undefined
  try {
    return start()
  } finally {
    c.setrlimit(openFilesLimit, own)
  }
}
