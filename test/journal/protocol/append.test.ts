import {expect, test} from 'vitest'
import {commit} from '../../../src/journal/protocol/append.js'
import {type Cursor, refresh} from '../../../src/journal/protocol/cursor.js'
import {drive} from '../../../src/journal/protocol/files.js'
import {encodeEntry} from '../../../src/journal/protocol/lines.js'
import {modelFiles} from '../../support/model-files.js'
import {wordsSpec} from '../words.js'

const journal = 'words'

function newCursor(): Cursor<string[]> {
  let count = 0
  const newStamp = () => ({v: 1 as const, id: `${count++}`, at: 0, mono: 0, boot: 'b', host: 'h'})
  return {journal, newStamp, reader: {reads: 'all', fold: wordsSpec.fold}, patienceMs: 0, view: undefined}
}

/** The looks at the name of the journal's file, of one append to a journal that is there. */
const looks = (() => {
  const {perform} = modelFiles(journal)
  const cursor = newCursor()
  let count = 0
  const add = () => commit(cursor, encodeEntry({kind: 'added', word: 'w'}, cursor.newStamp()), 'buffered')
  drive(add(), perform)
  drive(add(), (op) => {
    if (op.op === 'status') count++
    return perform(op)
  })
  return Array.from({length: count}, (_, index) => index + 1)
})()

test.each(looks)('a record counts once if look %i at the file of the journal misses it for a moment', (missed) => {
  const {perform} = modelFiles(journal)
  const writer = newCursor()
  const add = (word: string) => commit(writer, encodeEntry({kind: 'added', word}, writer.newStamp()), 'buffered')
  drive(add('first'), perform)
  let look = 0
  drive(add('second'), (op) => (op.op === 'status' && ++look === missed ? undefined : perform(op)))
  expect(look).toBeGreaterThanOrEqual(missed)
  expect(drive(refresh(newCursor()), perform)?.state).toEqual(['first', 'second'])
})
