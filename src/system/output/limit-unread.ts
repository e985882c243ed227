import {spawnSync} from 'node:child_process'
import {fstatSync} from 'node:fs'
import {monotonicMs} from '../host/clock.js'
import {ChangeWaiter} from '../log/change-waiter.js'
import type {OutputForwarder} from './forward-output.js'

/** The job's pipe is read, or not. */
export interface Hold {
  pause(): void
  resume(): void
  isPaused(): boolean
}

/** A file that a logger appends to. */
export interface GrowingFile {
  readonly fd: number
  readonly file: string
  /** Those that pass its content on. */
  readonly forwarders: readonly OutputForwarder[]
  /** How much may wait to be passed on. */
  readonly mostBytes: number
  /** From so many bytes on the disk its head is freed. */
  readonly holeFromBytes: number
  /** How the job is made to wait; undefined where nothing is passed on before the end. */
  readonly hold: Hold | undefined
}

/** Bounds of the interval between two checks of a growing file. */
const leastWaitMs = 50
const mostWaitMs = 5000

/** While the job waits for a reader that does not read, it is asked less and less often. */
const stalledWaitMs = 1000

/**
 * Keeps what waits for a slow reader within a bound. Beyond it the job's pipe is not read for a while, so that the job
 * waits as it does without guard; where nothing is passed on before the end, the oldest half is cut. The disk blocks of
 * what needs no longer be kept are freed by a hole, which moves no offset and works on nearly every file system.
 */
export function limitUnread(files: readonly GrowingFile[]): ChangeWaiter {
  let seen = {bytes: totalSize(files), atMs: monotonicMs()}
  let waitMs: number | undefined = leastWaitMs
  const check = async () => {
    const left = Math.min(...files.map(limitFile))
    const now = {bytes: totalSize(files), atMs: monotonicMs()}
    const grown = now.bytes - seen.bytes
    // Half of the remaining time at this speed, because the job may become faster.
    const halfMs = grown > 0 ? (left * (now.atMs - seen.atMs)) / grown / 2 : leastWaitMs
    seen = now
    waitMs = nextWait({grown, left, halfMs, waitMs})
    return Math.max(0, grown)
  }
  const paths = files.map(({file}) => file)
  const waiter = new ChangeWaiter(check, paths, {shortestMs: leastWaitMs, next: () => waitMs})
  waiter.start()
  return waiter
}

interface Growth {
  readonly grown: number
  /** What may still be written; 0 while the job waits. */
  readonly left: number
  readonly halfMs: number
  /** Before this check; undefined if a change of a file was waited for. */
  readonly waitMs: number | undefined
}

/** @returns undefined to wait for a change of a file */
function nextWait({grown, left, halfMs, waitMs = leastWaitMs}: Growth): number | undefined {
  if (grown > 0) return Math.min(Math.max(halfMs, leastWaitMs), mostWaitMs)
  return left > 0 ? undefined : Math.min(waitMs * 2, stalledWaitMs)
}

/** @returns how many bytes may still be written until something has to be done; nothing while the job waits */
function limitFile({fd, forwarders, mostBytes, holeFromBytes, hold}: GrowingFile): number {
  const {size} = fstatSync(fd)
  const unreadBytes = () => Math.max(0, ...forwarders.map(({passedOn}) => size - passedOn))
  if (!hold && unreadBytes() > mostBytes) for (const one of forwarders) one.skipTo(size - mostBytes / 2)
  const unread = unreadBytes()
  if (unread > mostBytes) hold?.pause()
  else if (unread < mostBytes / 2) hold?.resume()
  if (diskBytes(fd) > holeFromBytes) freeHead(fd, size - Math.max(unread, mostBytes / 2))
  return hold?.isPaused() ? 0 : mostBytes - unread
}

/** Frees the disk blocks of the first bytes; they read as zeros from then on. Where that is not supported nothing happens. */
export function freeHead(fd: number, bytes: number): void {
  if (bytes <= 0) return
  const words = ['--punch-hole', '--offset', '0', '--length', `${Math.floor(bytes)}`, '/proc/self/fd/3']
  spawnSync('fallocate', words, {stdio: ['ignore', 'ignore', 'ignore', fd]})
}

function diskBytes(fd: number): number {
  return fstatSync(fd).blocks * 512
}

function totalSize(files: readonly GrowingFile[]): number {
  return files.reduce((sum, {fd}) => sum + fstatSync(fd).size, 0)
}
