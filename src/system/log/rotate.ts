import {renameSync, rmSync, statSync} from 'node:fs'
import {truncatedHeadFile} from './names.js'

export interface RotationPolicy {
  /** A log of this size is rotated before the next run, or loses its head during a run. */
  readonly maxSizeBytes: number
  /** How many old logs are kept, as `.1` (the newest), `.2`, … */
  readonly keep: number
  /** Old logs are removed when their last write is older than this. */
  readonly maxAgeMs: number
}

export function isRotationDue(file: string, {maxSizeBytes}: RotationPolicy): boolean {
  const stat = statSync(file, {throwIfNoEntry: false})
  return stat !== undefined && stat.size >= maxSizeBytes
}

/**
 * Rotates a log by renaming, between two runs: a job that still writes to it keeps its file. It is not an error if
 * another guard is faster.
 */
export function rotateLog(file: string, policy: RotationPolicy, nowMs: number): void {
  putAside(truncatedHeadFile(file), file, policy)
  putAside(file, file, policy)
  for (let number = 1; number <= policy.keep; number++) {
    const stat = statSync(`${file}.${number}`, {throwIfNoEntry: false})
    if (stat && nowMs - stat.mtimeMs > policy.maxAgeMs) rmSync(`${file}.${number}`, {force: true})
  }
}

/** Makes a file the newest old log, if it exists. Throws the file system's error. */
export function putAside(from: string, log: string, {keep}: RotationPolicy): void {
  if (!statSync(from, {throwIfNoEntry: false})) return
  rmSync(`${log}.${Math.max(keep, 1)}`, {force: true})
  for (let number = keep - 1; number >= 1; number--) renameIfThere(`${log}.${number}`, `${log}.${number + 1}`)
  if (keep >= 1) renameIfThere(from, `${log}.1`)
  else rmSync(from, {force: true})
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
