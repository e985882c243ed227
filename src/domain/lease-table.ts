import {ascii, ByteScanner, type Name, type Piece} from './byte-scanner.js'
import {mostJobs} from './lease.js'
import {idOffset} from './lease-line.js'

/** The numbers of a row. */
export const column = {
  /** Of the job's name, among the names of all rows. */
  jobLength: 0,
  jobAt: 12,
  /** Of the claim that stands; -1: there is none, or none that a line could name. */
  idLength: 1,
  token: 2,
  /** 1: not released. */
  held: 3,
  /** Boot and host of the lease, by a number; 0: unknown. */
  place: 4,
  /** The how-manieth change of all; 0: none. */
  changed: 5,
  /** The clocks of the renewal that waits, ms. */
  renewedAt: 6,
  renewedMono: 7,
  /** The lengths of the lines that wait to be folded; 0: there is none. A renewal that is `bound` names a process. */
  claimed: 8,
  bound: 9,
  renewed: 10,
  released: 11,
} as const

/** In the order in which they are folded. */
export const waiting = [column.claimed, column.bound, column.renewed, column.released] as const
export type Waiting = (typeof waiting)[number]

const numbersOfRow = 13

/** Room for a line: guard's longest, a claim with a process in its namespace, has some 310 bytes. */
const lineBytes = 384
const mostJobBytes = 128
/** A power of two, more than twice the jobs that a fold keeps. */
const indexSize = 65_536

/**
 * What waits to be folded, by job: the lines as they were written, and the numbers that the next line asks for. With an
 * object for each job a first pass took a fifth longer, and 50 MiB more. There is room for as many jobs as a fold keeps:
 * it is no memory until it is written to, and nothing ever has to grow.
 */
export class LeaseTable {
  rows = 0
  /** Of all rows; those of a row begin at `row * numbersOfRow`. */
  private readonly numbers = new Float64Array(mostJobs * numbersOfRow)
  /** One after another, for most are short. */
  private readonly names = new DataView(new ArrayBuffer(mostJobs * mostJobBytes))
  private namesEnd = 0
  /** First all claims, and so on: of what rarely waits nothing is written to. */
  readonly lines = new ByteScanner(new Uint8Array(waiting.length * mostJobs * lineBytes))
  /** By the hash of a job's name: its row + 1, or 0. */
  private readonly index = new Int32Array(indexSize)

  /** The row of the job whose name stands there; -1: it has none. */
  find(lines: DataView, job: Name): number {
    return (this.index[this.slotOf(lines, job)] as number) - 1
  }

  /** A row for the job whose name stands there, and which has none yet. */
  add(lines: DataView, job: Name): number {
    const row = this.rows++
    this.index[this.slotOf(lines, job)] = row + 1
    this.numbers.fill(0, row * numbersOfRow, (row + 1) * numbersOfRow)
    this.set(row, column.jobLength, job.to - job.from)
    this.set(row, column.jobAt, this.namesEnd)
    copy(this.names, this.namesEnd, lines, job)
    this.namesEnd += job.to - job.from
    return row
  }

  clear(): void {
    if (this.rows === 0) return
    this.rows = 0
    this.namesEnd = 0
    this.index.fill(0)
  }

  get(row: number, which: number): number {
    return this.numbers[row * numbersOfRow + which] as number
  }

  set(row: number, which: number, to: number): void {
    this.numbers[row * numbersOfRow + which] = to
  }

  /** Whether this is the id of the claim that stands. */
  isClaim(row: number, lines: DataView, id: Piece): boolean {
    if (this.get(row, column.idLength) !== id.to - id.from) return false
    return isSame(this.lines.view, placeOf(row, column.claimed) + idOffset, lines, id)
  }

  /** Notes the id of a claim that does not wait. */
  nameClaim(row: number, claimId: string | undefined): void {
    const isPlain = claimId !== undefined && claimId.length < lineBytes - idOffset && /^[\x20-\x7e]*$/.test(claimId)
    this.set(row, column.idLength, isPlain ? claimId.length : -1)
    if (isPlain) this.lines.bytes.set(ascii(claimId), placeOf(row, column.claimed) + idOffset)
  }

  /** Takes a line over; whoever calls has seen to it that it fits. */
  keep(row: number, which: Waiting, lines: DataView, line: Piece): void {
    this.set(row, which, line.to - line.from)
    copy(this.lines.view, placeOf(row, which), lines, line)
  }

  waits(row: number): boolean {
    return waiting.some((which) => this.get(row, which) > 0)
  }

  private isOf(row: number, lines: DataView, job: Name): boolean {
    return (
      this.get(row, column.jobLength) === job.to - job.from &&
      isSame(this.names, this.get(row, column.jobAt), lines, job)
    )
  }

  private slotOf(lines: DataView, job: Name): number {
    let slot = (job.hash ^ (job.hash >>> 16)) - 1
    for (;;) {
      slot = (slot + 1) & (indexSize - 1)
      const row = (this.index[slot] as number) - 1
      if (row < 0 || this.isOf(row, lines, job)) return slot
    }
  }
}

/** Whether a line has room in a row. */
export function fitsRow({from, to}: Piece): boolean {
  return to - from <= lineBytes
}

/** Where a line that waits stands among all `lines`. */
export function placeOf(row: number, which: Waiting): number {
  return ((which - column.claimed) * mostJobs + row) * lineBytes
}

/** Copies ASCII, eight bytes at once: as numbers they are never NaN, which V8 might change. */
function copy(view: DataView, at: number, lines: DataView, {from, to}: Piece): void {
  const ahead = at - from
  let index = from
  for (; index + 8 <= to; index += 8) view.setFloat64(index + ahead, lines.getFloat64(index, true), true)
  for (; index < to; index++) view.setUint8(index + ahead, lines.getUint8(index))
}

/** Whether the same ASCII stands in both places; whoever calls knows that something of its length does. */
function isSame(view: DataView, at: number, lines: DataView, {from, to}: Piece): boolean {
  const ahead = at - from
  let index = from
  for (; index + 8 <= to; index += 8)
    if (view.getFloat64(index + ahead, true) !== lines.getFloat64(index, true)) return false
  for (; index < to; index++) if (view.getUint8(index + ahead) !== lines.getUint8(index)) return false
  return true
}
