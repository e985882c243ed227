import {expect, test} from 'vitest'
import {
  filesOfStretch,
  type HeadTruncation,
  parseTruncations,
  truncationEnd,
} from '../../../src/domain/log/head-truncation.js'
import {fc} from '../../support/properties.js'

const log = 7
const cut = (at: number, bytes: number, piece: number): HeadTruncation => ({inode: log, at, bytes, piece, cutAt: 1})

/** A log of so many bytes that lost heads of these sizes; each file has the places that its bytes had at first. */
function history(heads: readonly number[], size: number) {
  const endOf = (count: number) => heads.slice(0, count).reduce((sum, bytes) => sum + bytes, 0)
  const cuts = heads.map((bytes, index) => cut(endOf(index), bytes, 100 + index))
  const at = endOf(heads.length)
  const files = new Map(cuts.map(({piece, at: from, bytes}) => [piece, places(from, bytes)]))
  return {cuts, files: files.set(log, places(at, size)), all: places(0, at + size)}
}

function places(from: number, count: number): readonly number[] {
  return Array.from({length: count}, (_, index) => from + index)
}

test('every stretch of a log is found again whatever was cut off', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 1, max: 9}), {maxLength: 5}),
      fc.integer({min: 0, max: 9}),
      fc.nat(60),
      fc.option(fc.nat(60), {nil: undefined}),
      (heads, size, from, length) => {
        const {cuts, files, all} = history(heads, size)
        const to = length === undefined ? undefined : from + length
        const found = filesOfStretch(cuts, {inode: log, from, ...(to !== undefined && {to})})
        const bytes = found.flatMap((part) => files.get(part.inode)?.slice(part.from, part.to) ?? [])
        expect(bytes).toEqual(all.slice(from, to))
      },
    ),
  )
})

test('a head that was not kept is left out, and moves no place', () => {
  const cuts = [cut(0, 10, 0), cut(10, 5, 101)]
  expect(filesOfStretch(cuts, {inode: log, from: 2, to: 18})).toEqual([
    {inode: 101, from: 0, to: 5, madeBy: 1},
    {inode: log, from: 0, to: 3},
  ])
})

test('the cuts of another log under the same name move nothing', () => {
  const cuts = [{...cut(0, 10, 100), inode: 8}]
  expect(truncationEnd(cuts, log)).toBe(0)
  expect(filesOfStretch(cuts, {inode: log, from: 2})).toEqual([{inode: log, from: 2}])
})

test.each(['', '7 10', '7 10 [{"inode":7,', '7 10 {"a":[1]}', '7 0 [{"inode":"7"}]', '7 0 [null]'])(
  'a list that is foreign or torn is none: %s',
  (text) => {
    expect(parseTruncations(text)).toEqual([])
  },
)
