import {expect} from 'vitest'
import {type Leases, leaseFold} from '../../src/domain/lease.js'
import {bulkLeases} from '../../src/domain/lease-bulk.js'
import type {LeaseLines} from '../../src/domain/lease-lines.js'
import {startLeaseLines} from '../../src/journal/lease-program.js'
import {recordIn} from './lease-lines.js'

export const quickLines = startLeaseLines() as LeaseLines
/** One for all tests of a file, as for all rounds of a watchdog: what it has settled it shall have forgotten. */
export const bulk = bulkLeases(quickLines)

/** What `bulkLeases` makes of some lines, with records for those that it leaves, as the journal does. */
export function inBulk(lines: readonly string[], state = leaseFold.empty()) {
  let taken = 0
  for (let from = 0; from < lines.length; from += 1000)
    taken += takePiece(state, bytesOf(lines.slice(from, from + 1000)))
  bulk.settle(state)
  return {state, taken}
}

export const bytesOf = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''))

/** Returns how many lines were taken. */
export function takePiece(state: Leases, bytes: Buffer): number {
  expect(bulk.open(bytes)).toBe(true)
  let all = 0
  for (let at = 0; at < bytes.length; ) {
    const {next, taken} = bulk.take(state, at, bytes.length)
    all += taken
    if (next === bytes.length) break
    const end = bytes.indexOf(10, next)
    const record = recordIn(bytes.toString('utf8', next, end))
    if (record) bulk.apply(state, record)
    at = end + 1
  }
  return all
}
