import {appendFileSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {journalPositions, recordsBetween} from '../../src/journal/position.js'
import {tempDir} from '../support/temp-dir.js'

test('a position is the newest generation and its bytes, and what stands between two can be read', () => {
  const dir = tempDir()
  mkdirSync(`${dir}/.gen`)
  writeFileSync(`${dir}/.gen/runs.000001.jsonl`, '{"kind":"old"}\n')
  writeFileSync(`${dir}/.gen/runs.000002.jsonl`, '{"kind":"a","job":"x"}\n')
  const before = journalPositions(dir)
  expect(Object.fromEntries(before)).toEqual({runs: {generation: 2, bytes: 23}})
  appendFileSync(`${dir}/.gen/runs.000002.jsonl`, '{"kind":"b","job":"y"}\nnot JSON\n{"torn"')
  const after = journalPositions(dir).get('runs') ?? {generation: 0, bytes: 0}
  expect(recordsBetween(dir, 'runs', before.get('runs'), after)).toEqual([{kind: 'b', job: 'y'}])
  expect(recordsBetween(dir, 'runs', undefined, after)).toHaveLength(2)
})

test('what stands in another generation, is gone or is too much is not read', () => {
  const dir = tempDir()
  mkdirSync(`${dir}/.gen`)
  writeFileSync(`${dir}/.gen/runs.000002.jsonl`, 'x'.repeat(300_000))
  const end = {generation: 2, bytes: 300_000}
  expect(recordsBetween(dir, 'runs', {generation: 1, bytes: 10}, end)).toBeUndefined()
  expect(recordsBetween(dir, 'runs', {generation: 2, bytes: 400_000}, end)).toBeUndefined()
  expect(recordsBetween(dir, 'runs', {generation: 2, bytes: 0}, end)).toBeUndefined()
  expect(recordsBetween(dir, 'none', {generation: 2, bytes: 0}, {generation: 2, bytes: 5})).toBeUndefined()
})

test('a journal that only other programs have written has the generation 0, and a folder that is gone has none', () => {
  const dir = tempDir()
  writeFileSync(`${dir}/openclaw_reset_requests.jsonl`, '{"job":"x"}\n')
  const positions = journalPositions(dir)
  expect(Object.fromEntries(positions)).toEqual({openclaw_reset_requests: {generation: 0, bytes: 12}})
  const end = positions.get('openclaw_reset_requests') ?? {generation: 0, bytes: 0}
  expect(recordsBetween(dir, 'openclaw_reset_requests', undefined, end)).toEqual([{job: 'x'}])
  rmSync(dir, {recursive: true})
  expect(journalPositions(dir).size).toBe(0)
})
