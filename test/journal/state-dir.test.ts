import {chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {prepareStateDir} from '../../src/journal/state-dir.js'
import {tempDir} from '../support/temp-dir.js'

const prepare = (path: string) => prepareStateDir(path, 'local-only')

test('a missing state directory is made for its owner alone', () => {
  const dir = join(tempDir(), 'a/b')
  expect(prepare(dir)).toBe(dir)
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  expect(prepare(dir)).toBe(dir)
})

test('the path that is used has no symbolic link in it', () => {
  const dir = tempDir()
  mkdirSync(join(dir, 'real'), {mode: 0o700})
  symlinkSync(join(dir, 'real'), join(dir, 'link'))
  expect(prepare(join(dir, 'link'))).toBe(join(dir, 'real'))
})

describe('refused is', () => {
  test('a file', () => {
    const path = join(tempDir(), 'file')
    writeFileSync(path, '')
    expect(() => prepare(path)).toThrow(/is no directory/)
    expect(() => prepare(join(path, 'below'))).toThrow(/ENOTDIR/)
  })

  test('a directory that others may write', () => {
    const dir = tempDir()
    chmodSync(dir, 0o770)
    expect(() => prepare(dir)).toThrow(/may be written by others/)
  })

  test('a directory in a folder that everybody may write', () => {
    const dir = tempDir()
    mkdirSync(join(dir, 'state'), {mode: 0o700})
    chmodSync(dir, 0o777)
    expect(() => prepare(join(dir, 'state'))).toThrow(/everybody may write/)
    chmodSync(dir, 0o1777)
    expect(prepare(join(dir, 'state'))).toBe(join(dir, 'state'))
  })

  test.runIf(process.geteuid?.() === 0)('a directory of another user', () => {
    const dir = tempDir()
    chownSync(dir, 12345, 12345)
    expect(() => prepare(dir)).toThrow(/belongs to user 12345, guard runs as user 0/)
  })

  test('a folder of generations that is a symbolic link', () => {
    const [dir, elsewhere] = [tempDir(), tempDir()]
    symlinkSync(elsewhere, join(dir, '.gen'))
    expect(() => prepare(dir)).toThrow(/\.gen is a symbolic link/)
  })

  test.each(['/proc/1/guard/state', '/sys/guard', '/proc'])('%s, at once', (path) => {
    expect(() => prepare(path)).toThrow(/where the kernel shows itself/)
  })

  test('a path of which nearly nothing is there', () => {
    const dir = tempDir()
    expect(() => prepare(join(dir, '1/2/3/4/5/6'))).toThrow(/ENOENT/)
    expect(readdirSync(dir)).toEqual([])
  })
})

test('every refusal says what to do', () => {
  const path = join(tempDir(), 'file')
  writeFileSync(path, '')
  expect(() => prepare(path)).toThrow(
    expect.objectContaining({kind: 'no-state', hints: [expect.stringMatching(/--state-dir/)]}),
  )
})
