import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type {LogRange} from '../domain/run.js'
import {Follower} from './follower.js'
import type {Stream} from './job-process.js'
import {type Gap, Pump, statOf} from './pump.js'

/**
 * What a job writes goes straight into its log: one descriptor, opened to append, for both streams. So their order is
 * exact, nothing is held in memory, the job never waits for guard and outlives it. guard reads the log to pass the
 * output on. Where guard's own standard error is another file than its standard output, the job's standard error goes
 * to a spool file first, from where it is copied to both.
 */
export interface JobOutput {
  readonly stdout: Stream
  readonly stderr: Stream
  /** The file and inode of the log, and where this run begins in it; `to` is where it ends now. */
  range(): LogRange
  /** When the job last wrote, as the file system's wall clock has it. */
  lastWriteMs(): number
  /** The end of what has been written, for a look at how a job ended. */
  tail(bytes: number): string
  /** Looks after the output from now on; with `passOn` it goes to guard's own streams as it comes. */
  follow(passOn: boolean): void
  /** Passes on what is left and closes the files. */
  finish(passOn: boolean): Promise<void>
}

export interface OutputRequest {
  readonly logFile: string
  /** For the job's standard error, where it has to be told apart. */
  readonly spoolFile: string
  /** Where guard's own output goes: its descriptors 1 and 2; the same number twice passes both streams to one. */
  readonly targets: readonly [number, number]
}

const appendFlags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW

/** Opens a job's log and decides how its output travels. Throws the file system's error. */
export function openJobOutput({logFile, spoolFile, targets: [out, err]}: OutputRequest): JobOutput {
  const log = openSync(logFile, appendFlags, 0o600)
  const {ino: inode, size: from} = fstatSync(log)
  const spool = sameFile(out, err) ? undefined : openSync(spoolFile, appendFlags | constants.O_EXCL, 0o600)
  const gaps: Gap[] = []
  const pumps = [new Pump(log, from, out, gaps)]
  const copier = spool === undefined ? undefined : new SpoolCopier(spool, logFile, gaps)
  if (spool !== undefined) pumps.push(new Pump(spool, 0, err))
  const looked = pumps.filter((_, index) => !isNull(index === 0 ? out : err))
  const files = spool === undefined ? [logFile] : [logFile, spoolFile]
  let follower: Follower | undefined
  const drain = async (passOn: boolean) => {
    let total = copier?.copy() ?? 0
    if (passOn) for (const pump of looked) total += await pump.drain()
    return total
  }
  return {
    stdout: log,
    stderr: spool ?? log,
    range: () => {
      copier?.copy()
      return {file: logFile, inode, from, to: fstatSync(log).size}
    },
    lastWriteMs: () => Math.max(fstatSync(log).mtimeMs, spool === undefined ? 0 : fstatSync(spool).mtimeMs),
    tail: (bytes) => readTail(log, from, bytes) + (spool === undefined ? '' : readTail(spool, 0, bytes)),
    follow: (passOn) => {
      if (!copier && !(passOn && looked.length > 0)) return
      follower = new Follower(() => drain(passOn), files)
      follower.start()
    },
    finish: async (passOn) => {
      await follower?.stop()
      await drain(passOn)
      closeSync(log)
      if (spool === undefined) return
      copier?.close()
      closeSync(spool)
      unlinkSync(spoolFile)
    },
  }
}

function sameFile(a: number, b: number): boolean {
  if (a === b) return true
  const [first, second] = [statOf(a), statOf(b)]
  // A closed stream has nobody who could tell the two apart.
  if (!first || !second) return !second
  return first.ino === second.ino && first.dev === second.dev
}

function isNull(fd: number): boolean {
  const stat = statOf(fd)
  return !stat || (stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev)
}

function readTail(fd: number, from: number, bytes: number): string {
  const {size} = fstatSync(fd)
  const start = Math.max(from, size - bytes)
  const buffer = Buffer.alloc(Math.max(0, size - start))
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
}

/** Copies standard error into the log, and remembers where it stands there, so that it is not passed on as standard output. */
class SpoolCopier {
  private readonly spool: number
  private readonly log: number
  private readonly gaps: Gap[]
  private readonly buffer = Buffer.allocUnsafe(64 * 1024)
  private offset = 0

  constructor(spool: number, logFile: string, gaps: Gap[]) {
    this.spool = spool
    // A descriptor of its own: its position after a write tells where the piece landed among what the job appends.
    this.log = openSync(logFile, appendFlags, 0o600)
    this.gaps = gaps
  }

  copy(): number {
    for (let total = 0; ; ) {
      const length = readSync(this.spool, this.buffer, 0, this.buffer.length, this.offset)
      if (length === 0) return total
      const written = writeSync(this.log, this.buffer, 0, length)
      const to = this.position()
      this.offset += written
      this.gaps.push({from: to - written, to})
      total += written
    }
  }

  close(): void {
    closeSync(this.log)
  }

  /** Node has no `lseek`; Linux tells the position of a descriptor here. */
  private position(): number {
    try {
      return Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${this.log}`, 'latin1'))?.[1])
    } catch {
      return fstatSync(this.log).size
    }
  }
}
