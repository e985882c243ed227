import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  statfsSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {findStretches, readStretch} from '../../../src/system/log/files.js'
import {limitLog} from '../../../src/system/log/size-limit.js'
import {tailLog} from '../../../src/system/log/tail-log.js'
import {type TruncateRequest, truncateHead} from '../../../src/system/log/truncate-head.js'
import {readTruncations} from '../../../src/system/log/truncation-list.js'
import {appendFlags} from '../../../src/system/output/open-log.js'
import {sequence, wholeLog} from '../../support/rotated-log.js'
import {until} from '../../support/sandbox.js'
import {tempDir} from '../../support/temp-dir.js'
import {truncatableDir} from '../../support/truncatable-dir.js'

const policy = {maxSizeBytes: 256 * 1024, keep: 1000, maxAgeMs: 3_600_000}

function openLog(dir = truncatableDir()) {
  const file = join(dir, 'log')
  const fd = openSync(file, appendFlags, 0o600)
  onTestFinished(() => closeSync(fd))
  const {blksize, ino: inode} = fstatSync(fd)
  const cut = (more: Partial<TruncateRequest> = {}) =>
    truncateHead({fd, file, inode}, {bytes: blksize, isKept: true, policy, onTruncated: () => undefined, ...more})
  return {file, fd, inode, blksize, cut}
}

describe('an open log', () => {
  test('loses its head to an older file, and keeps its inode', async () => {
    const {file, fd, inode, blksize, cut} = openLog()
    writeFileSync(fd, `${'a'.repeat(blksize)}${'b'.repeat(blksize)}rest`)
    const told: number[] = []
    expect(await cut({onTruncated: (bytes) => told.push(bytes)})).toBe('truncated')
    expect(await cut()).toBe('truncated')
    expect(told).toEqual([blksize])
    expect([fstatSync(fd).ino, readFileSync(file, 'utf8')]).toEqual([inode, 'rest'])
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('b'.repeat(blksize))
    expect(readFileSync(`${file}.2`, 'utf8')).toBe('a'.repeat(blksize))
    expect(existsSync(`${file}.cut`)).toBe(false)
  })

  test('keeps the offsets of earlier output', async () => {
    const {file, fd, inode, blksize, cut} = openLog()
    writeFileSync(fd, `${'a'.repeat(blksize)}${'b'.repeat(blksize)}rest`)
    await cut()
    await cut()
    const read: Buffer[] = []
    const stretch = {inode, from: blksize - 1, to: 2 * blksize + 2}
    for (const part of findStretches(file, stretch)) readStretch(part, (piece) => read.push(piece))
    expect(Buffer.concat(read).toString()).toBe(`a${'b'.repeat(blksize)}re`)
  })

  test('drops a head that is not kept, but still counts its bytes', async () => {
    const {file, fd, inode, blksize, cut} = openLog()
    writeFileSync(fd, `${'a'.repeat(blksize)}rest`)
    expect(await cut({isKept: false})).toBe('truncated')
    expect([existsSync(`${file}.1`), existsSync(`${file}.cut`)]).toEqual([false, false])
    expect(findStretches(file, {inode, from: 0, to: blksize + 4})).toEqual([{file, from: 0, to: 4}])
  })

  test('forgets the truncations whose file is gone, but not the number of truncated bytes', async () => {
    const {file, fd, inode, blksize, cut} = openLog()
    writeFileSync(fd, 'x'.repeat(blksize * 6))
    for (let count = 0; count < 5; count++) await cut({policy: {...policy, keep: 2}})
    expect(readTruncations(file).map(({at}) => at / blksize)).toEqual([2, 3, 4])
    expect(findStretches(file, {inode, from: 0, to: blksize * 6}).map((part) => part.file)).toEqual([
      `${file}.2`,
      `${file}.1`,
      file,
    ])
  })

  test('is not truncated on a file system that does not support it', async () => {
    const dir = tempDir('/dev/shm')
    expect(statfsSync(dir).type).toBe(0x01021994)
    const {file, fd, blksize, cut} = openLog(dir)
    writeFileSync(fd, 'x'.repeat(blksize * 2))
    expect(await cut()).toBe('impossible')
    expect([existsSync(`${file}.1`), existsSync(`${file}.cut`)]).toEqual([false, false])
    expect(readFileSync(file, 'utf8')).toHaveLength(blksize * 2)
  })
})

describe('an unfinished copy of a head', () => {
  test('is left to the guard that writes it', async () => {
    const {file, fd, blksize, cut} = openLog()
    writeFileSync(fd, 'x'.repeat(blksize * 2))
    writeFileSync(`${file}.cut`, 'theirs')
    expect(await cut()).toBe('busy')
    expect([readFileSync(`${file}.cut`, 'utf8'), fstatSync(fd).size]).toEqual(['theirs', blksize * 2])
  })

  test('is kept if its guard was killed', async () => {
    const {file, fd, blksize, cut} = openLog()
    writeFileSync(fd, 'x'.repeat(blksize * 2))
    writeFileSync(`${file}.cut`, 'of a dead guard')
    utimesSync(`${file}.cut`, 1, 1)
    expect(await cut()).toBe('truncated')
    expect(readFileSync(`${file}.2`, 'utf8')).toBe('of a dead guard')
  })
})

/** Runs a job that writes as fast as it can, while its log is kept near 256 KiB. */
async function rotateUnder(last: number, {file, fd, inode}: ReturnType<typeof openLog>, more = {}) {
  let truncations = 0
  const onTruncated = () => {
    truncations++
  }
  const mayTruncate = () => Number.POSITIVE_INFINITY
  const limit = limitLog({fd, file, inode, policy: {...policy, ...more}, mayTruncate, onTruncated})
  await once(spawn('seq', [`${last}`], {stdio: ['ignore', fd, 'ignore']}), 'exit')
  await until(() => fstatSync(fd).size < policy.maxSizeBytes, 'the last truncation')
  await limit.stop()
  return truncations
}

test('no output is lost of a job that writes at full speed', async () => {
  const log = openLog()
  expect(await rotateUnder(2_000_000, log)).toBeGreaterThan(10)
  expect(wholeLog(log.file) === sequence(1, 2_000_000)).toBe(true)
})

test('a job that is too fast leaves its last output, no more than is kept, and at least one file of it', async () => {
  const log = openLog()
  await rotateUnder(1_000_000, log, {keep: 2})
  const kept = wholeLog(log.file)
  expect(sequence(1, 1_000_000).endsWith(kept)).toBe(true)
  expect(kept.length).toBeGreaterThan(policy.maxSizeBytes)
  expect(kept.length).toBeLessThan(3 * policy.maxSizeBytes)
})

test('output that has not been passed on yet is not truncated', async () => {
  const log = openLog()
  writeFileSync(log.fd, 'x'.repeat(policy.maxSizeBytes * 2))
  const truncations: number[] = []
  let passedOn = log.blksize * 3 + 1
  const onTruncated = (bytes: number) => {
    truncations.push(bytes)
    passedOn -= bytes
  }
  const limit = limitLog({...log, policy, mayTruncate: () => passedOn, onTruncated})
  await until(() => truncations.length > 0, 'the truncation')
  await limit.stop()
  expect([truncations, passedOn]).toEqual([[log.blksize * 3], 1])
})

test('a truncated log is checked again before its job fills it twice', async () => {
  const log = openLog()
  const truncations: number[] = []
  const limit = limitLog({
    ...log,
    policy,
    mayTruncate: () => Number.POSITIVE_INFINITY,
    onTruncated: (bytes) => truncations.push(bytes),
  })
  const tookMs: number[] = []
  const {maxSizeBytes: full} = policy
  for (const [count, more] of [320 * 1024, full + 1, full, full, full].entries()) {
    const begun = performance.now()
    writeFileSync(log.fd, 'x'.repeat(more))
    await until(() => truncations.length > count, `truncation ${count + 1}`)
    tookMs.push(performance.now() - begun)
  }
  await limit.stop()
  // If a truncation counted as a pause of the job, a check would come after 5 s again and again. A busy disk may delay one.
  expect(tookMs.filter((ms) => ms > 4000).length, tookMs.join()).toBeLessThan(2)
})

test('a reader that follows the log meanwhile gets every byte once', async () => {
  const log = openLog()
  appendFileSync(log.file, 'begin\n')
  const read: Buffer[] = []
  const end = new AbortController()
  const following = tailLog(log.file, 0, {take: (piece) => read.push(piece), signal: end.signal})
  await rotateUnder(500_000, log)
  const expected = `begin\n${sequence(1, 500_000)}`
  await until(() => Buffer.concat(read).length >= expected.length, 'all of the log')
  end.abort()
  await following
  expect(Buffer.concat(read).toString() === expected).toBe(true)
})
