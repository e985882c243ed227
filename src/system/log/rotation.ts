import {fstatSync, statfsSync} from 'node:fs'
import type {RotationPolicy} from './rotate.js'
import {type OpenLogFile, truncateHead} from './truncate-head.js'

export interface RotatingLog extends OpenLogFile {
  readonly policy: RotationPolicy
  /** How much of the head may go: what has not been passed on yet is still to be read. */
  readonly mayCut: () => number
  readonly onCut: (bytes: number) => void
}

/** So much of the end stays in the log, where the marks of a crash are looked for. */
const keptTailBytes = 64 * 1024

/** Cuts heads off a log until it is small enough, for as long as the file system can do it. */
export class LogRotation {
  private readonly log: RotatingLog
  isPossible = true

  constructor(log: RotatingLog) {
    this.log = log
  }

  async cutAll(): Promise<void> {
    while (this.isPossible && (await this.cut()));
  }

  /** Cuts one head off. False when there is nothing to cut, or nothing that may be cut yet. */
  private async cut(): Promise<boolean> {
    const {policy, fd} = this.log
    const {size} = fstatSync(fd)
    if (size < policy.maxSizeBytes) return false
    try {
      const {bytes, isKept} = this.headOf(size)
      if (bytes === 0) return false
      const outcome = await truncateHead(this.log, {bytes, isKept, policy, onCut: this.log.onCut})
      if (outcome === 'impossible') this.isPossible = false
      return outcome === 'cut'
    } catch (error) {
      // A disk that is full, say: the log has everything, and the next look tries again.
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      return false
    }
  }

  /**
   * What a job wrote while one head was cut off may be several; of more than are kept, the first ones go at once and
   * uncopied, so that no job is too fast. Less than one is copied all the same: a cut takes as long for a few blocks.
   */
  private headOf(size: number): {readonly bytes: number; readonly isKept: boolean} {
    const {policy, file, mayCut} = this.log
    const {maxSizeBytes, keep} = policy
    const {bsize: blockBytes} = statfsSync(file)
    const blocks = (bytes: number) => Math.max(0, Math.floor(Math.min(bytes, mayCut()) / blockBytes)) * blockBytes
    const headBytes = Math.max(maxSizeBytes, blockBytes)
    const surplus = blocks(size - (keep + 1) * headBytes)
    if (surplus >= headBytes) return {bytes: surplus, isKept: false}
    const keptBytes = Math.min(keptTailBytes, maxSizeBytes / 2)
    return {bytes: blocks(Math.min(headBytes, size - keptBytes)), isKept: keep > 0}
  }
}
