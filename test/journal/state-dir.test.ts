import {chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {openStateDir} from '../../src/journal/state-dir.js'
import {tempDir} from '../support/temp-dir.js'

test('a missing state directory is made with access for its owner only', () => {
  const dir = join(tempDir(), 'a/b')
  expect(openStateDir(dir)).toBe(dir)
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  expect(openStateDir(dir)).toBe(dir)
})

test('the returned path contains no symbolic link', () => {
  const dir = tempDir()
  mkdirSync(join(dir, 'real'), {mode: 0o700})
  symlinkSync(join(dir, 'real'), join(dir, 'link'))
  expect(openStateDir(join(dir, 'link'))).toBe(join(dir, 'real'))
})

describe('refused is', () => {
  test('a file', () => {
    const path = join(tempDir(), 'file')
    writeFileSync(path, '')
    expect(() => openStateDir(path)).toThrow(/is not a directory/)
    expect(() => openStateDir(join(path, 'below'))).toThrow(/ENOTDIR/)
  })

  test('a directory that is writable by others', () => {
    const dir = tempDir()
    chmodSync(dir, 0o770)
    expect(() => openStateDir(dir)).toThrow(/is writable by others/)
  })

  test('a directory whose parent is writable by all users', () => {
    const dir = tempDir()
    mkdirSync(join(dir, 'state'), {mode: 0o700})
    chmodSync(dir, 0o777)
    expect(() => openStateDir(join(dir, 'state'))).toThrow(/others may write/)
    chmodSync(dir, 0o1777)
    expect(openStateDir(join(dir, 'state'))).toBe(join(dir, 'state'))
  })

  test.runIf(process.geteuid?.() === 0)('a directory of another user', () => {
    const dir = tempDir()
    chownSync(dir, 12345, 12345)
    expect(() => openStateDir(dir)).toThrow(/belongs to user 12345, guard runs as user 0/)
  })

  test('a folder of generations that is a symbolic link', () => {
    const [dir, elsewhere] = [tempDir(), tempDir()]
    symlinkSync(elsewhere, join(dir, '.gen'))
    expect(() => openStateDir(dir)).toThrow(/\.gen is a symbolic link/)
  })

  test.each(['/proc/1/guard/state', '/sys/guard', '/proc'])('%s, at once', (path) => {
    expect(() => openStateDir(path)).toThrow(/is on a virtual file system of the kernel/)
  })

  test('a path of which many parents are missing', () => {
    const dir = tempDir()
    expect(() => openStateDir(join(dir, '1/2/3/4/5/6'))).toThrow(/ENOENT/)
    expect(readdirSync(dir)).toEqual([])
  })
})

test('every refusal has a hint', () => {
  const path = join(tempDir(), 'file')
  writeFileSync(path, '')
  expect(() => openStateDir(path)).toThrow(
    expect.objectContaining({kind: 'no-state', hints: [expect.stringMatching(/--state-dir/)]}),
  )
})
