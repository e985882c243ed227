import {fstatSync, statfsSync} from 'node:fs'
import {cutLog, type OpenLog} from './cut-log.js'
import {Follower} from './follower.js'
import type {RotationPolicy} from './rotate.js'

export interface RotatingLog extends OpenLog {
  readonly policy: RotationPolicy
  /** How much of the head may go: what has not been passed on yet is still to be read. */
  readonly mayCut: () => number
  readonly onCut: (bytes: number) => void
}

/** Between two looks at the size of a log that grows. The fast ones are looked at often, but no more than is of use. */
const leastWaitMs = 50
const mostWaitMs = 5000
/** When nothing may be cut yet, for nobody has read it. */
const stuckWaitMs = 1000

/** So much of the end stays in the log, where the marks of a crash are looked for. */
const keptTailBytes = 64 * 1024

/**
 * Keeps a log near its greatest size while a job writes to it. A job that is silent wakes nobody: then the next look
 * waits for the log to change.
 */
export class LogRotation {
  private readonly log: RotatingLog
  private readonly follower: Follower
  private isPossible = true
  private seen = {bytes: 0, atMs: 0}
  private cutBytes = 0
  private waitMs = leastWaitMs

  constructor(log: RotatingLog) {
    this.log = log
    const next = (grown: number) => (grown > 0 && this.isPossible ? this.waitMs : undefined)
    this.follower = new Follower(() => this.look(), [log.file], {shortestMs: leastWaitMs, next})
    this.follower.start()
  }

  stop(): Promise<void> {
    return this.follower.stop()
  }

  /** Returns by how much the log has grown since the last time. */
  private async look(): Promise<number> {
    while (this.isPossible && (await this.cut()));
    const {size} = fstatSync(this.log.fd)
    const now = {bytes: size + this.cutBytes, atMs: performance.now()}
    const grown = now.bytes - this.seen.bytes
    const perMs = grown / (now.atMs - this.seen.atMs)
    this.seen = now
    const room = this.log.policy.maxSizeBytes - size
    // Half of the time that is left at this speed, for it may become faster.
    this.waitMs = room <= 0 ? stuckWaitMs : Math.min(Math.max(room / perMs / 2, leastWaitMs), mostWaitMs)
    return grown
  }

  /** Cuts one head off. False when there is nothing to cut, or nothing that may be cut yet. */
  private async cut(): Promise<boolean> {
    const {policy, fd} = this.log
    const {size} = fstatSync(fd)
    if (size < policy.maxSizeBytes) return false
    try {
      const {bytes, isKept} = this.headOf(size)
      if (bytes === 0) return false
      const onCut = (cut: number) => {
        this.cutBytes += cut
        this.log.onCut(cut)
      }
      const outcome = await cutLog(this.log, {bytes, isKept, policy, onCut})
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
   * uncopied, so that no job is too fast.
   */
  private headOf(size: number): {readonly bytes: number; readonly isKept: boolean} {
    const {policy, file, mayCut} = this.log
    const {maxSizeBytes, keep} = policy
    const {bsize: blockBytes} = statfsSync(file)
    const blocks = (bytes: number) => Math.max(0, Math.floor(Math.min(bytes, mayCut()) / blockBytes)) * blockBytes
    const surplus = blocks(size - (keep + 1) * Math.max(maxSizeBytes, blockBytes))
    if (surplus > 0) return {bytes: surplus, isKept: false}
    const keptBytes = Math.min(keptTailBytes, maxSizeBytes / 2)
    return {bytes: blocks(Math.min(Math.max(maxSizeBytes, blockBytes), size - keptBytes)), isKept: keep > 0}
  }
}
