import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {LineFold} from '../../src/domain/fold.js'
import {type Leases, leaseFold} from '../../src/domain/lease.js'
import {bulkLeases} from '../../src/domain/lease-bulk.js'
import {GuardError} from '../../src/errors.js'
import {chunkFolder} from '../../src/journal/chunk-folder.js'
import {drive, type FileOp} from '../../src/journal/files.js'
import {type ChunkFolder, catchUp, emptyView, type View} from '../../src/journal/view.js'
import {quickLines} from '../support/bulk-leases.js'
import {claimed, leaseLine, oneByOne, stamped} from '../support/lease-lines.js'

const quick = chunkFolder(leaseFold, () => bulkLeases(quickLines), 0)

/** The journal's own lines, lines without sense, and bytes that are no text. */
const carry = fc
  .tuple(fc.array(leaseLine, {maxLength: 4}), fc.constantFrom(0, 9))
  .map(([lines, from]) => JSON.stringify({...stamped('y'), kind: 'carry', generation: 1, from, to: from + 9, lines}))
const anyBytes = fc.oneof(
  {weight: 30, arbitrary: leaseLine.map((line) => Buffer.from(`${line}\n`))},
  {weight: 1, arbitrary: fc.constant(Buffer.from(`${JSON.stringify({...stamped('s'), kind: 'seal'})}\n`))},
  {weight: 2, arbitrary: carry.map((line) => Buffer.from(`${line}\n`))},
  {weight: 1, arbitrary: leaseLine.map((line) => Buffer.from(`{"v":1,"id":"torn${line}\n`))},
  {
    weight: 1,
    arbitrary: fc.constantFrom('\n', ' \n', 'no JSON\n', '\r\n', '[]\n', 'null\n').map((text) => Buffer.from(text)),
  },
  {weight: 1, arbitrary: fc.uint8Array({maxLength: 30}).map((bytes) => Buffer.from(bytes))},
)

function snapshotOf(lines: readonly string[]): Buffer {
  const state = leaseFold.save(oneByOne(lines))
  return Buffer.from(
    `${JSON.stringify({...stamped('p'), kind: 'snapshot', generation: 2, carriedTo: [[1, 0]], state})}\n`,
  )
}

const snapshot = fc.array(leaseLine, {maxLength: 5}).map(snapshotOf)
const journal = fc
  .tuple(fc.oneof(snapshot, anyBytes), fc.array(anyBytes, {maxLength: 30}))
  .map(([first, rest]) => Buffer.concat([first, ...rest]))

const newView = () => emptyView(2, {fd: 1, identity: ''}, leaseFold)

/** Reads on to the end of `bytes`. Of its reads one may fail. */
function readOn(view: View<Leases>, bytes: Buffer, by: {chunks?: ChunkFolder<Leases>; failing?: number} = {}): void {
  let reads = 0
  const {failing, ...reader} = by
  drive(catchUp(view, {reads: 'all', fold: leaseFold, ...reader}), (op: FileOp) => {
    if (op.op !== 'read') throw new Error(`nobody needs to ${op.op}`)
    reads += 1
    if (reads === failing) throw new GuardError('io', 'the disk is broken')
    const got = bytes.subarray(op.from, op.from + op.atMost)
    // What an earlier piece has left in the buffer behind this one is no part of it.
    return op.into ? op.into.fill('}').subarray(0, got.copy(op.into)) : got
  })
}

/** Where a generation ends, it does not matter how much of what follows was read. */
const seen = ({state, size, carriedTo, ...view}: View<Leases>) => ({
  ...view,
  state: JSON.stringify(leaseFold.save(state)),
  size: view.seal ? undefined : size,
  carriedTo: [...carriedTo],
})

function slowlySeen(bytes: Buffer) {
  const view = newView()
  readOn(view, bytes)
  return seen(view)
}

test('wherever the pieces of a growing journal end, it is the same as line by line', () => {
  const ends = fc.array(fc.nat(5000), {maxLength: 4})
  fc.assert(
    fc.property(journal, fc.integer({min: 1, max: 1500}), ends, (bytes, pieceBytes, lengths) => {
      const view = newView()
      for (const length of [...lengths.sort((one, other) => one - other), bytes.length]) {
        const present = bytes.subarray(0, length)
        readOn(view, present, {chunks: {...quick, pieceBytes}})
        expect(seen(view)).toEqual(slowlySeen(present))
      }
    }),
    {numRuns: 2000},
  )
})

test('when a read fails in the middle, nothing is lost, and nothing gets into another journal', () => {
  const pieces = fc.integer({min: 100, max: 1500})
  fc.assert(
    fc.property(journal, journal, pieces, fc.integer({min: 1, max: 6}), (bytes, others, pieceBytes, failing) => {
      const chunks = {...quick, pieceBytes}
      const [view, other] = [newView(), newView()]
      try {
        readOn(view, bytes, {chunks, failing})
      } catch (error) {
        expect(error).toMatchObject({kind: 'io'})
      }
      readOn(other, others, {chunks})
      expect(seen(other)).toEqual(slowlySeen(others))
      readOn(view, bytes, {chunks})
      expect(seen(view)).toEqual(slowlySeen(bytes))
    }),
    {numRuns: 1000},
  )
})

test('the lines that are read together with a snapshot longer than a piece go the quick way too', () => {
  const claims = (count: number, id: string) =>
    Array.from({length: count}, (_, n) => JSON.stringify(claimed(`${id}${n}`, `${id}-${n}`)))
  const first = snapshotOf(claims(1200, 'old'))
  expect(first.length).toBeGreaterThan(quick.pieceBytes as number)
  const bytes = Buffer.concat([first, Buffer.from(`${claims(7000, 'new').join('\n')}\n`)])
  expect(bytes.length).toBeGreaterThan(1024 * 1024)
  const bulk = bulkLeases(quickLines)
  const left: unknown[] = []
  const watched: LineFold<Leases> = {
    ...bulk,
    apply: (state, record) => {
      left.push(record['id'])
      return bulk.apply(state, record)
    },
  }
  const view = newView()
  readOn(view, bytes, {chunks: chunkFolder(leaseFold, () => watched)})
  expect(left).toEqual([])
  expect(seen(view)).toEqual(slowlySeen(bytes))
})
