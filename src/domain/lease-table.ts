import type {Piece} from './byte-scanner.js'

/** The numbers of a row. */
export const column = {
  token: 0,
  ttlMs: 1,
  claimedAt: 2,
  claimedMono: 3,
  seenAt: 4,
  expiresAt: 5,
  expiresMono: 6,
  /** 0: not released, 1: ok, 2: error. It was released when it was last seen. */
  status: 7,
  /** Boot and host, by a number. */
  place: 8,
  /** The how-manieth change of all; 0: none. */
  changed: 9,
  /** -1: it is not known on the clock of the lease's boot. */
  releasedMono: 10,
} as const

/** The texts of a row, each with room for so many bytes: guard's longest is a process in its namespace, with 70. */
export const textColumn = {job: 0, claimId: 1, holder: 2, process: 3, jobProcess: 4, detail: 5} as const
export type TextColumn = (typeof textColumn)[keyof typeof textColumn]
export const textBytes = 80

/** Behind the numbers stand the lengths of the texts; -1: there is none. */
const firstLength = 11
const numbersOfRow = firstLength + 6
const bytesOfRow = textBytes * 6
const firstRows = 512
/** A power of two, more than twice the jobs that a fold keeps. */
const indexSize = 65_536

/**
 * The leases of many jobs as numbers and bytes side by side: what one line asks for stands in a few cache lines, and
 * nothing is left to collect. With an object for each job a first pass took a fifth longer, and 130 MiB instead of 80.
 */
export class LeaseTable {
  rows = 0
  private numbers = new Float64Array(firstRows * numbersOfRow)
  private texts = new DataView(new ArrayBuffer(firstRows * bytesOfRow))
  /** The row that was found last. */
  private last = 0
  /** By the hash of a job's name: its row + 1, or 0. */
  private readonly index = new Int32Array(indexSize)

  /** The row of the job whose name stands there; -1: it has none. */
  find(lines: DataView, job: Piece): number {
    // A release comes soon after its claim.
    if (this.last < this.rows && this.is(this.last, textColumn.job, lines, job)) return this.last
    const row = (this.index[this.slotOf(lines, job)] as number) - 1
    if (row >= 0) this.last = row
    return row
  }

  /** A row for the job whose name stands there, and which has none yet. */
  add(lines: DataView, job: Piece): number {
    const row = this.rows++
    if (this.rows * numbersOfRow > this.numbers.length) this.grow()
    this.index[this.slotOf(lines, job)] = row + 1
    for (let text = 0; text < numbersOfRow - firstLength; text++) this.drop(row, text as TextColumn)
    this.keep(row, textColumn.job, lines, job)
    return row
  }

  clear(): void {
    if (this.rows === 0) return
    this.rows = 0
    this.index.fill(0)
    this.numbers.fill(0)
  }

  get(row: number, which: number): number {
    return this.numbers[row * numbersOfRow + which] as number
  }

  set(row: number, which: number, value: number): void {
    this.numbers[row * numbersOfRow + which] = value
  }

  is(row: number, text: TextColumn, lines: DataView, {from, to}: Piece): boolean {
    if (from < 0 || this.get(row, firstLength + text) !== to - from) return false
    const {texts} = this
    let at = row * bytesOfRow + text * textBytes
    let index = from
    for (; index + 4 <= to; index += 4, at += 4) if (texts.getInt32(at) !== lines.getInt32(index)) return false
    for (; index < to; index++, at++) if (texts.getUint8(at) !== lines.getUint8(index)) return false
    return true
  }

  /** Takes the text over; whoever calls has seen to it that it fits. */
  keep(row: number, text: TextColumn, lines: DataView, {from, to}: Piece): void {
    if (from < 0) {
      this.drop(row, text)
      return
    }
    const {texts} = this
    let at = row * bytesOfRow + text * textBytes
    let index = from
    for (; index + 4 <= to; index += 4, at += 4) texts.setInt32(at, lines.getInt32(index))
    for (; index < to; index++, at++) texts.setUint8(at, lines.getUint8(index))
    this.set(row, firstLength + text, to - from)
  }

  drop(row: number, text: TextColumn): void {
    this.set(row, firstLength + text, -1)
  }

  /** Undefined: there is none. */
  text(row: number, text: TextColumn): string | undefined {
    const length = this.get(row, firstLength + text)
    const at = row * bytesOfRow + text * textBytes
    if (length < 0) return undefined
    return String.fromCharCode.apply(null, new Uint8Array(this.texts.buffer, at, length) as unknown as number[])
  }

  private slotOf(lines: DataView, job: Piece): number {
    let hash = 0
    for (let at = job.from; at < job.to; at++) hash = (Math.imul(hash, 31) + lines.getUint8(at)) | 0
    let slot = (hash ^ (hash >>> 16)) & (indexSize - 1)
    for (;;) {
      const row = (this.index[slot] as number) - 1
      if (row < 0 || this.is(row, textColumn.job, lines, job)) return slot
      slot = (slot + 1) & (indexSize - 1)
    }
  }

  private grow(): void {
    const {numbers, texts} = this
    this.numbers = new Float64Array(numbers.length * 2)
    this.numbers.set(numbers)
    const longer = new Uint8Array(texts.byteLength * 2)
    longer.set(new Uint8Array(texts.buffer))
    this.texts = new DataView(longer.buffer)
  }
}

/** Whether a text has room in a row. */
export function fits({from, to}: Piece): boolean {
  return from < 0 || to - from <= textBytes
}
