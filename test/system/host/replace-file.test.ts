import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {type OwnFile, readOwnFile, replaceOwnFile} from '../../../src/system/host/replace-file.js'
import {tempDir} from '../../support/temp-dir.js'

const replace = replaceOwnFile(() => 'id')

function written(text: string | Buffer) {
  const dir = tempDir()
  const path = join(dir, 'a.json')
  writeFileSync(path, text)
  return {dir, path, read: readOwnFile(path) as OwnFile}
}

test('a file gets its new text, and bytes that are not UTF-8 are kept', () => {
  const {dir, path, read} = written(Buffer.from([0x61, 0xff, 0xc3, 0xa9]))
  expect(replace(path, read, `${read.text}b`)).toBe('replaced')
  expect([...readFileSync(path)]).toEqual([0x61, 0xff, 0xc3, 0xa9, 0x62])
  expect(readdirSync(dir)).toEqual(['a.json'])
})

test('a file that was written, replaced or removed since it was read is left', () => {
  const changes = [
    (path: string) => writeFileSync(path, 'other'),
    (path: string) => {
      unlinkSync(path)
      symlinkSync('/etc/passwd', path)
    },
    (path: string) => unlinkSync(path),
  ]
  for (const change of changes) {
    const {dir, path, read} = written('text')
    change(path)
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined
    expect(replace(path, read, 'new')).toBe('changed')
    expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(before)
    expect(readdirSync(dir).filter((name) => name !== 'a.json')).toEqual([])
  }
})

test('a folder is told from a file, and what is not there from both', () => {
  const dir = tempDir()
  mkdirSync(join(dir, 'folder'))
  expect([readOwnFile(join(dir, 'folder')), readOwnFile(join(dir, 'none'))]).toEqual(['folder', 'gone'])
})
