import {fstatSync, statfsSync} from 'node:fs'
import type {RotationPolicy} from './rotate.js'
import {type OpenLogFile, truncateHead} from './truncate-head.js'

export interface RotatingLog extends OpenLogFile {
  readonly policy: RotationPolicy
  /** How many bytes of the head may be removed: the rest has not been passed on yet. */
  readonly mayTruncate: () => number
  readonly onTruncated: (bytes: number) => void
}

/** How much of the end stays in the log, because the signs of a crash are searched there. */
const keptTailBytes = 64 * 1024

/** Truncates the head of a log until the log is small enough. */
export class LogRotation {
  private readonly log: RotatingLog
  isPossible = true

  constructor(log: RotatingLog) {
    this.log = log
  }

  /** While the log grows fast, only what would be removed soon anyway is removed: the copies would cost as much as the job. */
  async truncateAll(isFast: boolean): Promise<void> {
    while (this.isPossible && (await this.truncateOnce(isFast)));
  }

  /** Truncates the head once. @returns false if nothing needs to or may be truncated now */
  private async truncateOnce(isFast: boolean): Promise<boolean> {
    const {policy, fd} = this.log
    const {size} = fstatSync(fd)
    if (size < policy.maxSizeBytes) return false
    try {
      const {bytes, isKept} = this.headOf(size, isFast)
      if (bytes === 0) return false
      const outcome = await truncateHead(this.log, {bytes, isKept, policy, onTruncated: this.log.onTruncated})
      if (outcome === 'impossible') this.isPossible = false
      return outcome === 'truncated'
    } catch (error) {
      // The disk may be full, for example. The log is still complete, and the next check tries again.
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      return false
    }
  }

  /**
   * During a truncation a fast job may write several heads. Those that `keep` would remove anyway are dropped without a
   * copy, so that no job is too fast. A head is at least one block, because the time for a truncation is nearly constant.
   */
  private headOf(size: number, isFast: boolean): {readonly bytes: number; readonly isKept: boolean} {
    const {policy, file, mayTruncate} = this.log
    const {maxSizeBytes, keep} = policy
    const {bsize: blockBytes} = statfsSync(file)
    const blocks = (bytes: number) => Math.max(0, Math.floor(Math.min(bytes, mayTruncate()) / blockBytes)) * blockBytes
    const headBytes = Math.max(maxSizeBytes, blockBytes)
    const surplus = blocks(size - (keep + 1) * headBytes)
    // What stays has to be written to disk before the head can go: a fast job would wait for that each time.
    if (surplus >= headBytes) return {bytes: isFast ? blocks(size - headBytes) : surplus, isKept: false}
    if (isFast) return {bytes: 0, isKept: false}
    const keptBytes = Math.min(keptTailBytes, maxSizeBytes / 2)
    return {bytes: blocks(Math.min(headBytes, size - keptBytes)), isKept: keep > 0}
  }
}
