import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {searchFailures} from '../../../src/domain/failure/failure-class.js'
import {searchedBytes, searchFile} from '../../../src/system/output/search-output.js'
import {tempDir} from '../../support/temp-dir.js'

function classIn(text: string, range: {from: number; to?: number}): string | undefined {
  const file = join(tempDir(), 'output')
  writeFileSync(file, text)
  const search = searchFailures()
  searchFile(file, range, search)
  return search.end().failure?.class
}

const line = 'HTTP 503\n'

test("only the run's own stretch of the log is searched", () => {
  expect(classIn(`${line}ok\n`, {from: 0})).toBe('server')
  expect(classIn(`${line}ok\n`, {from: line.length})).toBeUndefined()
  expect(classIn(`ok\n${line}`, {from: 0, to: 3})).toBeUndefined()
})

test('only the end of a huge output is searched', () => {
  const filler = `${'x'.repeat(1023)}\n`.repeat(searchedBytes / 1024)
  expect(classIn(`${line}${filler}`, {from: 0})).toBeUndefined()
  expect(classIn(`${filler}${line}`, {from: 0})).toBe('server')
})
