import {describe, expect, test} from 'vitest'
import {commit} from '../../../src/journal/protocol/append.js'
import {compact} from '../../../src/journal/protocol/compact.js'
import {type Cursor, refresh} from '../../../src/journal/protocol/cursor.js'
import {drive, type FileOp} from '../../../src/journal/protocol/files.js'
import {encodeEntry} from '../../../src/journal/protocol/lines.js'
import {modelFiles} from '../../support/model-files.js'
import {wordsSpec} from '../words.js'

const journal = 'words'

function cursorOf(name: string, patienceMs = 0): Cursor<string[]> {
  let count = 0
  const newStamp = () => ({v: 1 as const, id: `${name}-${count++}`, at: 0, mono: 0, boot: 'b', host: 'h'})
  return {journal, newStamp, reader: {reads: 'all', fold: wordsSpec.fold}, patienceMs, view: undefined}
}

/** Compacts step by step and returns all operations; `between` is called after each of them. */
function compactWith(between: (op: FileOp, add: (word: string) => void) => void) {
  const {perform} = modelFiles(journal)
  const writer = cursorOf('writer')
  const add = (word: string) =>
    drive(commit(writer, encodeEntry({kind: 'added', word}, writer.newStamp()), 'buffered'), perform)
  add('first')
  const done: FileOp[] = []
  drive(compact(cursorOf('compactor')), (op) => {
    const answer = perform(op)
    done.push(op)
    between(op, add)
    return answer
  })
  const words = drive(refresh(cursorOf('reader')), perform)?.state
  return {kinds: done.map(({op}) => op), words}
}

/** The operations between the seal, which is all that a compactor appends, and the link of the next generation. */
function unsuccessedSteps(kinds: readonly FileOp['op'][]) {
  return kinds.slice(kinds.lastIndexOf('append') + 1, kinds.lastIndexOf('link'))
}

describe('between a seal and its successor', () => {
  test('no snapshot is written, because it is on disk before the seal', () => {
    const {kinds, words} = compactWith(() => undefined)
    expect(kinds.filter((op) => op === 'write-new')).toHaveLength(2)
    expect(unsuccessedSteps(kinds)).not.toContain('write-new')
    expect(words).toEqual(['first'])
  })

  test('no snapshot is written either if another process wrote meanwhile: it is made again before the seal', () => {
    let made = 0
    const {kinds, words} = compactWith(({op}, add) => {
      if (op === 'write-new' && made++ === 0) add('second')
    })
    expect(kinds.filter((op) => op === 'write-new')).toHaveLength(4)
    expect(unsuccessedSteps(kinds)).not.toContain('write-new')
    expect(words).toEqual(['first', 'second'])
  })
})

describe('a writer that finds a seal without a successor', () => {
  /** A compactor stops after its seal, and another process writes; `resume` says when the compactor goes on. */
  function metAtSeal(resume: (kinds: readonly FileOp['op'][]) => boolean) {
    const {perform} = modelFiles(journal)
    const compacting = compact(cursorOf('compactor'))
    let turn = compacting.next()
    const step = () => {
      const {op} = turn.value as FileOp
      turn = compacting.next(perform(turn.value as FileOp))
      return op
    }
    while (step() !== 'append');
    const kinds: FileOp['op'][] = []
    const writer = cursorOf('writer', 5)
    drive(commit(writer, encodeEntry({kind: 'added', word: 'late'}, writer.newStamp()), 'buffered'), (op) => {
      kinds.push(op.op)
      while (resume(kinds) && !turn.done) step()
      return perform(op)
    })
    return {kinds, words: drive(refresh(cursorOf('reader')), perform)?.state}
  }

  test('waits a moment for the process that sealed', () => {
    const {kinds, words} = metAtSeal((kinds) => kinds.includes('pause'))
    expect(kinds.filter((op) => op === 'pause')).toHaveLength(1)
    expect(kinds).not.toContain('write-new')
    expect(words).toEqual(['late'])
  })

  test('publishes the successor if that process does not', () => {
    const {kinds, words} = metAtSeal(() => false)
    expect(kinds.filter((op) => op === 'pause')).toHaveLength(5)
    expect(kinds).toContain('write-new')
    expect(words).toEqual(['late'])
  })
})

test('a journal that others write to all the time is sealed nevertheless, and nothing is lost', () => {
  let [made, isSealed] = [0, false]
  const {kinds, words} = compactWith(({op}, add) => {
    isSealed ||= op === 'append'
    if (op === 'write-new' && !isSealed) add(`more-${made++}`)
  })
  expect(unsuccessedSteps(kinds)).toContain('write-new')
  expect(words).toEqual(['first', ...Array.from({length: made}, (_, index) => `more-${index}`)])
})
