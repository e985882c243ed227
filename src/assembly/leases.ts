// The fold of src/domain/lease.ts for many lines at once, as far as they are plainly the next ones of their jobs' runs.
// Of the runs of a job only the last has left anything but its token, so the lines of that run wait until the lines end,
// and no other is folded. Whatever is odd goes the slow way, for that job alone. A test holds the two against each other.

import {
  atField,
  bindingWaits,
  claimedBit,
  claimField,
  claimWaits,
  idField,
  jobField,
  jobProcessBit,
  monoField,
  overBit,
  overField,
  processBit,
  releasedBit,
  releaseWaits,
  renewalWaits,
  tokenField,
} from '../domain/lease-fields'
import {numberOf, read, seen, valueFrom, valueLength} from './line'
import {placeNumber} from './places'
import {find, isClaim, lineBytes, lineOf, noteChange, Row, rowAt} from './rows'

export {numberOf, read, seen, values} from './line'
export {placeLength, placeNumber, placeText} from './places'
export {add, clear, find, idOf, lineBytes, lineOf, nameInput, noteChange} from './rows'

/**
 * Where lines are written to be folded: there is room for what a mebibyte holds behind a snapshot that is longer than a
 * piece. They are read some bytes behind their end.
 */
export const inputBytes: usize = 768 * 1024
export const input = heap.alloc(inputBytes + 64)

/** Claims granted so far, as in the state. */
export let grants: f64 = 0
/** How many lines the last call has taken. */
export let taken = 0
/** The line at which it stopped is of a job without a row; otherwise somebody else has to fold it. */
export let isNewJob = false

export function setGrants(to: f64): void {
  grants = to
}

/** Takes lines up to `end`, or to one that it cannot take, and returns where it stopped. */
export function fold(start: usize, end: usize): usize {
  let at = start
  taken = 0
  isNewJob = false
  while (at < end) {
    const next = read(at)
    if (next === 0 || next - at > lineBytes) break
    const row = find(valueFrom(jobField), valueLength(jobField))
    isNewJob = row < 0
    if (isNewJob || !takeLine(row, at, next - at)) break
    taken += 1
    at = next
  }
  return at
}

/** False: it has to be folded by who reads records. */
function takeLine(row: i32, line: usize, length: usize): bool {
  if ((seen & claimedBit) !== 0) return claim(row, line, length)
  // Whoever was fenced by a newer claim changes nothing.
  if (!isHolder(row)) return true
  if ((seen & releasedBit) !== 0) return release(row, line, length)
  return (seen & (processBit | jobProcessBit)) === 0 ? renew(row, line, length) : bind(row, line, length)
}

/** Takes a claim that is granted whatever the clocks say, now and when it is folded at last. */
function claim(number: i32, line: usize, length: usize): bool {
  const row = rowAt(number)
  // A claim that was repeated.
  if (isClaim(number, valueFrom(idField), valueLength(idField))) return true
  const isOver = (seen & overBit) !== 0 && isClaim(number, valueFrom(overField), valueLength(overField))
  if (row.isHeld && !isOver) return false
  grants += 1
  keep(number, claimWaits, line, length)
  row.bound = 0
  row.renewed = 0
  row.released = 0
  row.idLength = valueLength(idField)
  row.token = grants
  row.isHeld = true
  row.place = placeNumber()
  return true
}

/** `ownLease` of lease.ts. */
function isHolder(number: i32): bool {
  const row = rowAt(number)
  return (
    row.isHeld && row.token === numberOf(tokenField) && isClaim(number, valueFrom(claimField), valueLength(claimField))
  )
}

function bind(number: i32, line: usize, length: usize): bool {
  const row = rowAt(number)
  if (row.bound > 0 || row.renewed > 0) return false
  keep(number, bindingWaits, line, length)
  row.place = placeNumber()
  return true
}

function renew(number: i32, line: usize, length: usize): bool {
  const row = rowAt(number)
  const at = numberOf(atField)
  const mono = numberOf(monoField)
  const isSamePlace = row.place === placeNumber()
  // On clocks of one boot that go on, the later one has the last word.
  if (row.renewed > 0 && !(isSamePlace && at >= row.renewedAt && mono >= row.renewedMono)) return false
  keep(number, renewalWaits, line, length)
  row.renewedAt = at
  row.renewedMono = mono
  if (!isSamePlace) row.place = 0
  return true
}

function release(number: i32, line: usize, length: usize): bool {
  keep(number, releaseWaits, line, length)
  rowAt(number).isHeld = false
  return true
}

function keep(row: i32, which: i32, line: usize, length: usize): void {
  memory.copy(lineOf(row, which), line, length)
  store<i32>(waitsAt(row, which), <i32>length)
  noteChange(row)
}

/** What is known of a job's lease, the id of its claim aside, which is written to `idOf`. */
export function know(number: i32, token: f64, isHeld: bool, place: u32, idLength: usize): void {
  const row = rowAt(number)
  row.token = token
  row.isHeld = isHeld
  row.place = place
  row.idLength = idLength
}

/** The length of a line that waits; 0: there is none. */
export function waits(row: i32, which: i32): i32 {
  return load<i32>(waitsAt(row, which))
}

/** Forgets a line that waits no longer. */
export function settle(row: i32, which: i32): void {
  store<i32>(waitsAt(row, which), 0)
}

function waitsAt(row: i32, which: i32): usize {
  return changetype<usize>(rowAt(row)) + offsetof<Row>('claimed') + ((<usize>which) << 2)
}

export function tokenOf(row: i32): f64 {
  return rowAt(row).token
}

/** The how-manieth change of all was the last one of this row; 0: it has none. */
export function changeOf(row: i32): i32 {
  return rowAt(row).changed
}
