import {closeSync, openSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import type {Refusal} from '../../../src/system/output/logger.js'
import {lossOf, type OutputParts} from '../../../src/system/output/output-problems.js'
import {tempDir} from '../../support/temp-dir.js'

/** One stream with a log and a spool of so many bytes, one of which at least could not be written. */
function refused(refusal: Refusal, {logBytes, spoolBytes}: {logBytes: number; spoolBytes: number}, isGone = false) {
  const dir = tempDir()
  const file = (name: string, bytes: number) => {
    writeFileSync(join(dir, name), 'x'.repeat(bytes))
    const fd = openSync(join(dir, name), 'r')
    onTestFinished(() => closeSync(fd))
    return {file: join(dir, name), fd}
  }
  const spool = file('spool', spoolBytes)
  const parts = {
    log: file('log', logBytes),
    sources: [spool],
    loggers: {all: [{refusal}]},
    forwarders: [{source: spool.fd, hasLostReader: isGone}],
  }
  return {dir, parts: parts as unknown as OutputParts}
}

describe('what a reader lacks of a stream whose log and spool could not both be written', () => {
  test('is a part of it where both are on the disk that was full', () => {
    const {dir, parts} = refused('disk', {logBytes: 100, spoolBytes: 10})
    expect(lossOf(parts)).toBe(`${dir} could not be written (was its disk full?)`)
  })

  test('is nothing where the limit of file sizes keeps only the larger log back', () => {
    expect(lossOf(refused('size-limit', {logBytes: 100, spoolBytes: 10}).parts)).toBeUndefined()
    expect(lossOf(refused('size-limit', {logBytes: 100, spoolBytes: 100}).parts)).toMatch(/could not be written/)
  })

  test('is nothing where the reader has gone', () => {
    expect(lossOf(refused('disk', {logBytes: 100, spoolBytes: 10}, true).parts)).toBeUndefined()
  })
})
