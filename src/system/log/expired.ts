import {lstatSync, readdirSync, rmSync} from 'node:fs'
import {unlessGone} from '../process/proc.js'

interface ExpiredLog {
  readonly path: string
  readonly bytes: number
}

/**
 * Rotated logs that the next rotation would remove because of their age: jobs that no longer run have none. In a folder
 * that cannot be read there are none to remove.
 */
export function expiredLogs(dir: string, maxAgeMs: number, nowMs: number): readonly ExpiredLog[] {
  return namesIn(dir)
    .filter((name) => /^guardian.*\.log\.\d+$/.test(name))
    .flatMap((name) => {
      const path = `${dir}/${name}`
      const stat = unlessGone(() => lstatSync(path))
      return stat?.isFile() && nowMs - stat.mtimeMs > maxAgeMs ? [{path, bytes: stat.size}] : []
    })
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return []
  }
}

/** Throws the file system's error. */
export function removeLogs(logs: readonly Pick<ExpiredLog, 'path'>[]): void {
  for (const {path} of logs) rmSync(path, {force: true})
}
