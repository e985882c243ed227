import {spawnSync} from 'node:child_process'
import {fstatSync} from 'node:fs'
import {ChangeWaiter} from '../log/change-waiter.js'
import type {OutputForwarder} from './forward-output.js'

/** A file that a logger appends to. */
interface GrowingFile {
  readonly fd: number
  readonly file: string
  /** Those that pass its content on. */
  readonly forwarders: readonly OutputForwarder[]
  /** How much of the disk it may take. */
  readonly mostBytes: number
}

/** Bounds of the interval between two checks of a growing file. */
const leastWaitMs = 50
const mostWaitMs = 5000

/**
 * Keeps what waits for a slow reader within a bound: beyond it the oldest half is cut. The disk blocks of what needs no
 * longer be kept are freed by a hole, which moves no offset and works on nearly every file system.
 */
export function limitUnread(files: readonly GrowingFile[]): ChangeWaiter {
  let seen = {bytes: totalSize(files), atMs: performance.now()}
  let waitMs = leastWaitMs
  const check = async () => {
    const left = Math.min(...files.map(cutFile))
    const now = {bytes: totalSize(files), atMs: performance.now()}
    const grown = now.bytes - seen.bytes
    // Half of the remaining time at this speed, because the job may become faster.
    const halfMs = (left * (now.atMs - seen.atMs)) / grown / 2
    seen = now
    waitMs = Math.min(Math.max(halfMs, leastWaitMs), mostWaitMs)
    return Math.max(0, grown)
  }
  const next = (grown: number) => (grown === 0 ? undefined : waitMs)
  const paths = files.map(({file}) => file)
  const waiter = new ChangeWaiter(check, paths, {shortestMs: leastWaitMs, next})
  waiter.start()
  return waiter
}

/** @returns how many bytes may still be written until something has to be cut */
function cutFile({fd, forwarders, mostBytes}: GrowingFile): number {
  const {size} = fstatSync(fd)
  let unread = 0
  for (const forwarder of forwarders) {
    if (size - forwarder.passedOn > mostBytes) forwarder.skipTo(size - mostBytes / 2)
    unread = Math.max(unread, size - forwarder.passedOn)
  }
  if (diskBytes(fd) > mostBytes) freeHead(fd, size - Math.max(unread, mostBytes / 2))
  return mostBytes - Math.max(unread, 0)
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
