import {fstatSync, openSync} from 'node:fs'
import type {LogRange} from '../../domain/run/run.js'
import type {RotationPolicy} from '../log/rotate.js'
import type {RotatingLog} from '../log/rotation.js'
import {truncatedBytes} from '../log/truncated-bytes.js'
import type {OutputForwarder} from './forward-output.js'
import {appendFlags} from './spool.js'

/** From this multiple of its maximum size on, a log is truncated even if its job has ended. */
const hugeTimes = 8

/** A log that a run writes to. Offsets count from the first byte that was ever written to it. */
export class OpenLog {
  readonly fd: number
  readonly file: string
  private readonly inode: number
  private readonly start: number
  /** Bytes that were truncated from the head so far. */
  private truncated: number

  /** Throws the file system's error. */
  constructor(file: string) {
    this.file = file
    this.fd = openSync(file, appendFlags, 0o600)
    const {ino, size} = fstatSync(this.fd)
    this.inode = ino
    this.truncated = truncatedBytes(file, ino)
    this.start = size + this.truncated
  }

  /** Where the run begins in the present file. */
  get from(): number {
    return this.start - this.truncated
  }

  range(): LogRange {
    const to = this.end()
    return {file: this.file, inode: this.inode, from: Math.min(this.start, to), to}
  }

  /** Whether another process has emptied the file during the run. */
  wasEmptied(): boolean {
    return this.end() < this.start
  }

  /** For the truncation of the log: only bytes that all forwarders have passed on may go. */
  truncatable(
    forwarders: readonly OutputForwarder[],
    isOver: () => boolean,
    {maxSizeBytes}: RotationPolicy,
  ): Omit<RotatingLog, 'policy'> {
    const {fd, file, inode} = this
    const own = forwarders.filter(({source}) => source === fd)
    // After the job has ended, the next run rotates the log as a whole, so only a huge one is still truncated.
    const isLeft = () => isOver() && fstatSync(fd).size < maxSizeBytes * hugeTimes
    return {
      fd,
      file,
      inode,
      mayTruncate: () => (isLeft() ? 0 : Math.min(...own.map(({passedOn}) => passedOn))),
      onTruncated: (bytes) => {
        this.truncated += bytes
        for (const forwarder of own) forwarder.headTruncated(bytes)
      },
    }
  }

  private end(): number {
    return fstatSync(this.fd).size + this.truncated
  }
}
