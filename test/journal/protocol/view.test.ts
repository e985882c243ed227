import {expect, test} from 'vitest'
import {type Leases, leaseFold} from '../../../src/domain/lease/lease.js'
import {drive, type FileOp} from '../../../src/journal/protocol/files.js'
import {catchUp, emptyView, type View} from '../../../src/journal/protocol/view.js'
import {leaseLine, oneByOne, stamped} from '../../support/lease-lines.js'
import {fc} from '../../support/properties.js'

/** Lines of the journal itself, lines of other programs, and bytes that are not text. */
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

const snapshot = fc.array(leaseLine, {maxLength: 5}).map((lines) => {
  const state = leaseFold.save(oneByOne(lines))
  return Buffer.from(
    `${JSON.stringify({...stamped('p'), kind: 'snapshot', generation: 2, carriedTo: [[1, 0]], state})}\n`,
  )
})
const journal = fc
  .tuple(fc.oneof(snapshot, anyBytes), fc.array(anyBytes, {maxLength: 30}))
  .map(([first, rest]) => Buffer.concat([first, ...rest]))

const newView = () => emptyView(2, {fd: 1, identity: ''}, leaseFold)

/** Reads on to the end of `bytes`. */
function readOn(view: View<Leases>, bytes: Buffer): void {
  drive(catchUp(view, {reads: 'all', fold: leaseFold}), (op: FileOp) => {
    if (op.op !== 'read') throw new Error(`unexpected ${op.op}`)
    return bytes.subarray(op.from, op.from + op.atMost)
  })
}

/** After a seal, it does not matter how many of the following bytes were read. */
const seen = ({state, size, carriedTo, ...view}: View<Leases>) => ({
  ...view,
  state: JSON.stringify(leaseFold.save(state)),
  size: view.seal ? undefined : size,
  carriedTo: [...carriedTo],
})

test('reading a growing journal in any number of steps gives the same state as reading it at once', () => {
  const ends = fc.array(fc.nat(5000), {maxLength: 4})
  fc.assert(
    fc.property(journal, ends, (bytes, lengths) => {
      const view = newView()
      for (const length of [...lengths.sort((one, other) => one - other), bytes.length]) {
        const present = bytes.subarray(0, length)
        const whole = newView()
        readOn(view, present)
        readOn(whole, present)
        expect(seen(view)).toEqual(seen(whole))
      }
    }),
    {numRuns: 2000},
  )
})

test('a journal that is longer than one read is folded to its end', () => {
  const lines = Array.from({length: 9000}, (_, n) =>
    JSON.stringify({...stamped(`c${n}`), kind: 'claimed', job: `job-${n % 50}`, holder: 'h', ttlMs: 1, mono: n}),
  )
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  expect(bytes.length).toBeGreaterThan(1024 * 1024)
  const view = newView()
  readOn(view, bytes)
  expect(view).toMatchObject({records: 9000, offset: bytes.length, size: bytes.length, garbage: 0})
  expect(leaseFold.save(view.state)).toEqual(leaseFold.save(oneByOne(lines)))
})
