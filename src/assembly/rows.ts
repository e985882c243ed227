// What waits to be folded, by job: the lines as they were written, and the numbers that the next line asks for.

import {claimWaits, idOffset, waitingLines} from '../domain/lease-fields'
import {hashOf, isSame} from './text'

@unmanaged
export class Row {
  name: usize
  nameLength: usize
  /** Of the claim that stands, which is in the place of its line. Longer than any: there is none, or none that fits. */
  idLength: usize
  isHeld: bool
  /** Of boot and host; 0: unknown. */
  place: u32
  /** The how-manieth change of all; 0: none. */
  changed: i32
  token: f64
  /** The clocks of the renewal that waits, ms. */
  renewedAt: f64
  renewedMono: f64
  /** The lengths of the lines that wait; 0: there is none. */
  claimed: i32
  bound: i32
  renewed: i32
  released: i32
}

/** `mostJobs` of domain/lease.ts: there is room for as many as a fold keeps, and no memory until it is written to. */
const mostRows: usize = 20_000
const mostNameBytes: usize = 128
/** Room for a line: guard's longest, a claim with a process in its namespace, has some 310 bytes. */
export const lineBytes: usize = 384

/** Where a name is written to be found or added. */
export const nameInput = heap.alloc(mostNameBytes + 8)
const table = heap.alloc(mostRows * offsetof<Row>())
/** One after another, for most are short; read some bytes behind its end. */
const names = heap.alloc(mostRows * mostNameBytes + 8)
/** First all claims, and so on: of what rarely waits nothing is written to. */
const lines = heap.alloc(mostRows * lineBytes * waitingLines + 8)
/** By the hash of a name: its row + 1, or 0. A power of two, more than twice the rows. */
const indexBits = 16
const indexSize: usize = 1 << indexBits
const index = heap.alloc(indexSize << 2)

let rows = 0
let namesEnd = names
/** Since rows were cleared: a watch that runs for years must not count beyond an i32. */
let changes = 0

export function rowAt(row: i32): Row {
  return changetype<Row>(table + <usize>row * offsetof<Row>())
}

/** Where a line of the row stands, or would. */
export function lineOf(row: i32, which: i32): usize {
  return lines + (<usize>which * mostRows + <usize>row) * lineBytes
}

/** Where the id of the claim stands that has the row. */
export function idOf(row: i32): usize {
  return lineOf(row, claimWaits) + idOffset
}

export function isClaim(row: i32, id: usize, length: usize): bool {
  return rowAt(row).idLength === length && isSame(idOf(row), id, length)
}

/** The row of the job with that name; -1: it has none. */
export function find(name: usize, length: usize): i32 {
  return load<i32>(slotOf(name, length)) - 1
}

/** A row for a job that has none. */
export function add(name: usize, length: usize): i32 {
  const slot = slotOf(name, length)
  const row = rowAt(rows)
  memory.fill(changetype<usize>(row), 0, offsetof<Row>())
  memory.copy(namesEnd, name, length)
  row.name = namesEnd
  row.nameLength = length
  namesEnd += length
  rows += 1
  store<i32>(slot, rows)
  return rows - 1
}

export function noteChange(row: i32): void {
  changes += 1
  rowAt(row).changed = changes
}

export function clear(): void {
  if (rows === 0) return
  rows = 0
  changes = 0
  namesEnd = names
  memory.fill(index, 0, indexSize << 2)
}

function slotOf(name: usize, length: usize): usize {
  let place = <usize>(hashOf(name, length) >> (64 - indexBits))
  while (true) {
    const slot = index + (place << 2)
    const found = load<i32>(slot)
    if (found === 0 || isNamed(rowAt(found - 1), name, length)) return slot
    place = (place + 1) & (indexSize - 1)
  }
}

function isNamed(row: Row, name: usize, length: usize): bool {
  return row.nameLength === length && isSame(row.name, name, length)
}
