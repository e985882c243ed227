import {renameSync, rmSync, statSync} from 'node:fs'

export interface RotationPolicy {
  /** A log of this size is put aside before the next run. */
  readonly maxSizeBytes: number
  /** So many old ones are kept, as `.1` (the newest), `.2`, … */
  readonly keep: number
  /** Old ones are removed when nothing has been written to them for so long. */
  readonly maxAgeMs: number
}

export function isRotationDue(file: string, {maxSizeBytes}: RotationPolicy): boolean {
  const stat = statSync(file, {throwIfNoEntry: false})
  return stat !== undefined && stat.size >= maxSizeBytes
}

/**
 * Puts a log aside by renaming, between two runs: a job that still writes to it keeps its file. Not an error if
 * another guard is quicker.
 */
export function rotateLog(file: string, {keep, maxAgeMs}: RotationPolicy, nowMs: number): void {
  rmSync(`${file}.${Math.max(keep, 1)}`, {force: true})
  for (let number = keep - 1; number >= 1; number--) renameIfThere(`${file}.${number}`, `${file}.${number + 1}`)
  if (keep >= 1) renameIfThere(file, `${file}.1`)
  else rmSync(file, {force: true})
  for (let number = 1; number <= keep; number++) {
    const stat = statSync(`${file}.${number}`, {throwIfNoEntry: false})
    if (stat && nowMs - stat.mtimeMs > maxAgeMs) rmSync(`${file}.${number}`, {force: true})
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
