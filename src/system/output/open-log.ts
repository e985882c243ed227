import {fstatSync, openSync} from 'node:fs'
import type {LogRange} from '../../domain/run/run.js'
import type {RotationPolicy} from '../log/rotate.js'
import type {RotatingLog} from '../log/rotation.js'
import {truncatedBytes} from '../log/truncated-bytes.js'
import type {OutputForwarder} from './forward-output.js'
import {appendFlags} from './spool.js'

/** Once a job is over, a log of so many times its greatest size is still cut. */
const hugeTimes = 8

/** A log that a run writes to, and where the run begins in all that it ever held. */
export class OpenLog {
  readonly fd: number
  readonly file: string
  private readonly inode: number
  private readonly start: number
  /** What the log has lost of its head since it began. */
  private cutOff: number

  /** Throws the file system's error. */
  constructor(file: string) {
    this.file = file
    this.fd = openSync(file, appendFlags, 0o600)
    const {ino, size} = fstatSync(this.fd)
    this.inode = ino
    this.cutOff = truncatedBytes(file, ino)
    this.start = size + this.cutOff
  }

  /** Where the run begins in what the file holds now. */
  get from(): number {
    return this.start - this.cutOff
  }

  range(): LogRange {
    const to = this.end()
    return {file: this.file, inode: this.inode, from: Math.min(this.start, to), to}
  }

  /** Somebody else has taken away what stood there before the run. */
  wasEmptied(): boolean {
    return this.end() < this.start
  }

  /** For whoever cuts the log: only what all pumps that read it have passed on. */
  cutting(
    pumps: readonly OutputForwarder[],
    isOver: () => boolean,
    {maxSizeBytes}: RotationPolicy,
  ): Omit<RotatingLog, 'policy'> {
    const {fd, file, inode} = this
    const own = pumps.filter(({source}) => source === fd)
    // Once the job is over, the next run puts the log aside as it is: nobody waits for a piece of it, if it is not huge.
    const isLeft = () => isOver() && fstatSync(fd).size < maxSizeBytes * hugeTimes
    return {
      fd,
      file,
      inode,
      mayCut: () => (isLeft() ? 0 : Math.min(...own.map(({passedOn}) => passedOn))),
      onCut: (bytes) => {
        this.cutOff += bytes
        for (const pump of own) pump.cut(bytes)
      },
    }
  }

  private end(): number {
    return fstatSync(this.fd).size + this.cutOff
  }
}
