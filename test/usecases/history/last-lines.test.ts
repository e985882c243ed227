import {expect, test} from 'vitest'
import {newRun} from '../../../src/domain/run/run.js'
import type {Stretch} from '../../../src/system/log/files.js'
import {type LastLinesDeps, lastLines} from '../../../src/usecases/history/last-lines.js'

const log = {file: '/logs/j', inode: 1, from: 0, to: 9}
const run = {...newRun('run-1', 'j', 0), outcome: 'failed' as const, log}

/** A log whose pieces have these texts. */
function linesOf(...pieces: readonly string[]) {
  const texts = new Map(pieces.map((text, index) => [`/logs/j.${index}`, text]))
  const deps: LastLinesDeps = {
    runs: {newestFirst: () => []},
    findStretches: () => [...texts.keys()].map((file): Stretch => ({file, from: 0, to: 9})),
    hasRotated: () => false,
    readEnd: ({file}) => texts.get(file) ?? '',
  }
  return lastLines(deps, 'j', run)
}

test('of what a run has printed the last five lines are shown, empty ones not counted', () => {
  expect(linesOf('1\n2\n\n3\n \t\n4\n5\n6\n\n')).toEqual(['2', '3', '4', '5', '6'])
})

test('a line that has not ended is one of them, and the blanks before a line stay', () => {
  expect(linesOf('Traceback\n  at main')).toEqual(['Traceback', '  at main'])
})

test('of a log whose head was moved to another file the rest is shown', () => {
  expect(linesOf('head\n', 'rest\n')).toEqual(['rest'])
})
