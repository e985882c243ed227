import {fstatSync, readSync, type Stats, write, writeSync} from 'node:fs'

/** A line of guard's own, printed once everything before this offset of the source is passed on. */
interface Note {
  at: number
  readonly print: () => void
}

const newline = 10

const firstChunk = 64 * 1024
/**
 * Chunk size for a backlog, because each chunk costs a round trip to the thread pool (bench suite `io:large`).
 */
const largestChunk = 1024 * 1024

/**
 * Copies what a job appends to a file to a descriptor of guard. A write to a pipe may block until its reader reads, so
 * it is done in the thread pool: meanwhile leases are renewed and limits are kept.
 */
export class OutputForwarder {
  private buffer = Buffer.allocUnsafe(firstChunk)
  private closed = false
  private readonly direct: boolean
  /** Whether a write can fail beside a reader that reads: a pipe or a socket takes all. */
  readonly canBeFull: boolean
  readonly source: number
  private readonly target: number
  private offset: number
  private isAtEnd = false
  /** The last byte that was passed on does not end its line. */
  private isInLine = false
  private readonly notes: Note[] = []
  /** Why some output was not passed on; undefined if only the reader has gone. */
  problem: string | undefined
  hasLostReader = false
  /** How much was left out, since its reader was too slow. */
  skippedBytes = 0
  /** Called when a write finds that the reader has gone. */
  onReaderGone: () => void = () => undefined

  constructor(source: number, offset: number, target: number) {
    this.source = source
    this.offset = offset
    this.target = target
    const stat = statOf(target)
    this.direct = stat?.isFile() ?? false
    this.canBeFull = !stat?.isFIFO() && !stat?.isSocket()
  }

  /**
   * Passes on everything that is there now, and nothing after the reader has gone. Resolves with the number of bytes.
   * What the job writes meanwhile waits for the next call, because a write per line would be expensive.
   */
  async drain(): Promise<number> {
    let total = 0
    let length: number
    do {
      length = this.closed ? 0 : this.readChunk()
      total += length
      await this.writeAll(length)
    } while (length > 0 && !this.isAtEnd)
    if (this.closed) this.printNotes()
    return total
  }

  /** Has `print` called by the drain that has passed on all that is in the source now, so that guard's lines come after it. */
  note(print: () => void): void {
    this.notes.push({at: statOf(this.source)?.size ?? this.offset, print})
  }

  /** Prints what waits, without the output before it. */
  printNotes(): void {
    for (const note of this.notes.splice(0)) this.print(note)
  }

  /** Leaves out what is before `offset` and was not passed on. */
  skipTo(offset: number): void {
    if (this.closed || offset <= this.offset) return
    this.skippedBytes += Math.floor(offset) - this.offset
    this.offset = Math.floor(offset)
  }

  /** Call this after `bytes` of the head of the source were removed; all of them must have been passed on. */
  headTruncated(bytes: number): void {
    this.offset -= bytes
    for (const note of this.notes) note.at -= bytes
  }

  /** How many bytes of the head of the source are no longer needed. */
  get passedOn(): number {
    return this.closed ? Number.POSITIVE_INFINITY : this.offset
  }

  private readChunk(): number {
    this.printReached()
    const limit = Math.min(this.buffer.length, (this.notes[0]?.at ?? Number.POSITIVE_INFINITY) - this.offset)
    const length = this.caught(() => readSync(this.source, this.buffer, 0, limit, this.offset))
    if (length === 0 && this.hasBeenEmptied()) return this.readChunk()
    this.offset += length
    this.isAtEnd = length < limit
    return length
  }

  /** A line of guard's never stands in the middle of one of the job's. */
  private print(note: Note | undefined): void {
    if (this.isInLine && !this.closed) this.caught(() => writeSync(this.target, '\n'))
    this.isInLine = false
    note?.print()
  }

  private printReached(): void {
    while (this.notes[0] && this.notes[0].at <= this.offset) this.print(this.notes.shift())
  }

  /** A job may truncate its log when it opens it again; then reading starts again at the beginning. */
  private hasBeenEmptied(): boolean {
    if (this.caught(() => fstatSync(this.source).size) >= this.offset || this.closed) return false
    this.offset = 0
    this.printNotes()
    return true
  }

  private async writeAll(length: number): Promise<void> {
    for (let done = 0; done < length && !this.closed; ) {
      const written = await this.write(done, length - done)
      done += written
      if (written > 0) this.isInLine = this.buffer[done - 1] !== newline
    }
    if (length === this.buffer.length && length < largestChunk) this.buffer = Buffer.allocUnsafe(largestChunk)
  }

  private write(offset: number, length: number): number | Promise<number> {
    if (this.direct) return this.caught(() => writeSync(this.target, this.buffer, offset, length))
    return new Promise((resolve) => {
      write(this.target, this.buffer, offset, length, null, (error, written) => {
        if (!error) resolve(written)
        // Another process has made the descriptor non-blocking, so the write is repeated a little later.
        else if (error.code === 'EAGAIN') setTimeout(resolve, 5, 0)
        else resolve(this.stop(error))
      })
    })
  }

  private caught(work: () => number): number {
    try {
      return work()
    } catch (error) {
      return this.stop(error as NodeJS.ErrnoException)
    }
  }

  /** The reader has gone (`| head -1`), or its disk is full. */
  private stop({code, message}: NodeJS.ErrnoException): number {
    this.closed = true
    // If the other end of a socket was closed with something unread, the first write says so.
    if (code === 'EPIPE' || code === 'ECONNRESET') {
      this.hasLostReader = true
      this.onReaderGone()
      return 0
    }
    // A terminal that has hung up has no reader either, but that ends no job that ignores HUP.
    const hasHungUp = code === 'EIO' && statOf(this.target)?.isCharacterDevice()
    if (code !== 'EBADF' && !hasHungUp) this.problem = message
    return 0
  }
}

/** @returns undefined if the descriptor is closed */
export function statOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd)
  } catch {
    return undefined
  }
}
