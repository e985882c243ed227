import {closeSync, constants, fstatSync, openSync, readSync, writeSync} from 'node:fs'
import type {LogRange} from '../../domain/run/run.js'
import {bestEffort} from '../host/best-effort.js'
import {noAnswerFrom} from '../host/served-mount.js'
import type {RotationPolicy} from '../log/rotate.js'
import type {RotatingLog} from '../log/rotation.js'
import {truncatedBytes} from '../log/truncated-bytes.js'
import type {OutputForwarder} from './forward-output.js'

export const appendFlags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW

/** From this multiple of its maximum size on, a log is truncated even if its job has ended. */
const hugeTimes = 8

/** A log that a run writes to. Offsets count from the first byte that was ever written to it. */
export class OpenLog {
  readonly fd: number
  readonly file: string
  private readonly inode: number
  private readonly start: number
  private readonly headerBytes: number
  /** Bytes that were truncated from the head so far. */
  private truncated: number
  /** The last that was seen: the job goes on even where its log cannot be looked at. */
  private size: number
  /** Its names that were last seen. */
  private links = 1
  /** Why it is not touched any more: its file system gives no answer. */
  noAnswer: string | undefined

  /** Throws the file system's error. */
  constructor(file: string, header?: string) {
    this.file = file
    this.fd = openSync(file, appendFlags, 0o600)
    try {
      const stat = fstatSync(this.fd)
      if (!stat.isFile()) throw Object.assign(new Error('it is not a file'), {syscall: 'open'})
      const {ino, size} = stat
      this.inode = ino
      this.truncated = truncatedBytes(file, ino)
      this.headerBytes = header === undefined ? 0 : writeHeader(this.fd, size, header)
      this.size = size + this.headerBytes
      this.start = this.size + this.truncated
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Asks its file system whether it answers, before it is read late in a run. */
  async listen(): Promise<void> {
    this.noAnswer = await noAnswerFrom(this.file)
  }

  /** Throws like a file system that fails. */
  assertAnswers(): void {
    if (this.noAnswer !== undefined)
      throw Object.assign(new Error(`${this.file}: ${this.noAnswer}`), {syscall: 'write'})
  }

  /** Those that need not read it, if it gives no answer. */
  readable(forwarders: readonly OutputForwarder[]): readonly OutputForwarder[] {
    return this.noAnswer === undefined ? forwarders : forwarders.filter(({source}) => source !== this.fd)
  }

  close(): void {
    bestEffort(() => closeSync(this.fd))
  }

  /** Where the run begins in the present file. */
  get from(): number {
    return this.start - this.truncated
  }

  range(): LogRange {
    const to = this.end()
    const {file, inode, headerBytes} = this
    return {file, inode, from: Math.min(this.start, to), to, ...(headerBytes > 0 && {headerBytes})}
  }

  /** Whether another process has emptied or removed the file during the run. */
  isDamaged(): boolean {
    return this.wasEmptied() || this.links === 0
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
    bestEffort(() => {
      if (this.noAnswer !== undefined) return
      const {size, nlink} = fstatSync(this.fd)
      this.size = size
      this.links = nlink
    })
    return this.size + this.truncated
  }
}

/** The header is a line of its own even if the output before it ended without a newline. @returns the bytes written */
function writeHeader(fd: number, size: number, header: string): number {
  const last = Buffer.alloc(1, '\n')
  if (size > 0) readSync(fd, last, 0, 1, size - 1)
  return writeSync(fd, last[0] === 10 ? `${header}\n` : `\n${header}\n`)
}
