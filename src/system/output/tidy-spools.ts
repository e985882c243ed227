import {closeSync, constants, openSync, readdirSync, rmSync, statSync} from 'node:fs'
import {bestEffort} from '../host/best-effort.js'
import {freeHead} from './limit-unread.js'

interface TidyRequest {
  readonly spoolDir: string
  /** Ids of the runs that were just found to have no processes any more. */
  readonly closed: readonly string[]
  /** Ids of the runs that have begun and not ended. */
  readonly open: readonly string[]
  /** Wall clock, ms. */
  readonly now: number
  readonly warn: (text: string) => void
}

/** A run makes its files before it is on record. */
const youngMs = 60_000

/** Removes the files that killed guards have left: their output is in the log. A guard that still reads one has it open. */
export function tidySpools({spoolDir, closed, open, now, warn}: TidyRequest): void {
  const isOf = (name: string, runs: readonly string[]) => runs.some((id) => name.includes(id))
  try {
    for (const name of readdirSync(spoolDir)) {
      const file = `${spoolDir}/${name}`
      const isLeft = isOf(name, closed) || (!isOf(name, open) && isOlder(file, now - youngMs))
      if (isLeft) rmSync(file, {recursive: true, force: true})
    }
  } catch (error) {
    const {syscall, code, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    if (code !== 'ENOENT') warn(`files of earlier runs are left in ${spoolDir}: ${message}`)
  }
}

function isOlder(file: string, than: number): boolean {
  const stat = statSync(file, {throwIfNoEntry: false})
  return stat !== undefined && stat.mtimeMs < than
}

/**
 * Cuts the oldest output where a job still writes whose guard was killed: nothing else keeps its files within a bound.
 * That of a living guard is at most twice as large for a moment, and of that the guard would cut the same.
 */
export function cutAbandoned(dirs: readonly string[], mostBytes: number): void {
  // What cannot be looked at now is looked at by the next run or round.
  for (const file of dirs.flatMap(filesOf)) bestEffort(() => cutFile(file, mostBytes))
}

function cutFile(file: string, mostBytes: number): void {
  const stat = statSync(file, {throwIfNoEntry: false})
  if (!stat?.isFile() || stat.blocks * 512 <= 2 * mostBytes) return
  const fd = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    freeHead(fd, stat.size - mostBytes)
  } finally {
    closeSync(fd)
  }
}

function filesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir).map((name) => `${dir}/${name}`)
  } catch {
    return []
  }
}
