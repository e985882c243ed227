import {appendFileSync, existsSync, readFileSync, writeFileSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {Gap} from '../../../src/system/output/forward-output.js'
import {openSpool, recoverSpool} from '../../../src/system/output/spool.js'
import {tempDir} from '../../support/temp-dir.js'

function files() {
  const dir = tempDir()
  return {spoolFile: join(dir, 'run.err'), logFile: join(dir, 'log')}
}

test('output in a spool is copied to the log, and its place there is reported', () => {
  const {spoolFile, logFile} = files()
  const places: Gap[] = []
  const spool = openSpool(spoolFile, logFile, (place) => places.push(place))
  appendFileSync(logFile, 'out 1\n')
  writeSync(spool.fd, 'err 1\n')
  expect(spool.copy()).toBe(6)
  appendFileSync(logFile, 'out 2\n')
  writeSync(spool.fd, 'err 2\n')
  expect(spool.finish()).toBeUndefined()
  const log = readFileSync(logFile, 'utf8')
  expect(log).toBe('out 1\nerr 1\nout 2\nerr 2\n')
  expect(places.map(({from, to}) => log.slice(from, to))).toEqual(['err 1\n', 'err 2\n'])
  expect([existsSync(spoolFile), existsSync(`${spoolFile}.copied`)]).toEqual([false, false])
})

test('a spool whose guard was killed is copied on from where the copy had stopped, without repetition', () => {
  const {spoolFile, logFile} = files()
  const spool = openSpool(spoolFile, logFile, () => undefined)
  writeSync(spool.fd, 'copied\n')
  spool.copy()
  writeSync(spool.fd, 'left\n')
  recoverSpool(spoolFile, logFile)
  expect(readFileSync(logFile, 'utf8')).toBe('copied\nleft\n')
  expect([existsSync(spoolFile), existsSync(`${spoolFile}.copied`)]).toEqual([false, false])
})

test('a spool that was not copied yet is recovered as a whole', () => {
  const {spoolFile, logFile} = files()
  writeFileSync(spoolFile, 'x'.repeat(200_000))
  recoverSpool(spoolFile, logFile)
  expect(readFileSync(logFile, 'utf8')).toBe('x'.repeat(200_000))
})

test('recovery does nothing without a spool', () => {
  const {spoolFile, logFile} = files()
  recoverSpool(spoolFile, logFile)
  expect(existsSync(logFile)).toBe(false)
})
