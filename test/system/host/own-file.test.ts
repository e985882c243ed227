import {execFileSync} from 'node:child_process'
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {escalationFile} from '../../../src/system/host/escalation-file.js'
import {writeNewFile} from '../../../src/system/host/new-file.js'
import {openOwnToAppend, readPlainFile} from '../../../src/system/host/own-file.js'
import {tempDir} from '../../support/temp-dir.js'

test('a file is appended to if it is a plain one with one name, and made if it is missing', () => {
  const file = join(tempDir(), 'file')
  for (const text of ['one ', 'two']) {
    const fd = openOwnToAppend(file)
    writeSync(fd, text)
    closeSync(fd)
  }
  expect([readFileSync(file, 'utf8'), lstatSync(file).mode & 0o777]).toEqual(['one two', 0o600])
})

test.each<[string, (file: string, other: string) => void, RegExp]>([
  ['a link', (file, other) => symlinkSync(other, file), /ELOOP/],
  ['a second name', (file, other) => linkSync(other, file), /is not a plain file of this user/],
  ['a FIFO', (file) => execFileSync('mkfifo', [file]), /ENXIO/],
  ['a folder', (file) => mkdirSync(file), /EISDIR/],
])('%s is not appended to, at once', (_title, make, why) => {
  const dir = tempDir()
  writeFileSync(join(dir, 'other'), 'untouched')
  make(join(dir, 'file'), join(dir, 'other'))
  expect(() => openOwnToAppend(join(dir, 'file'))).toThrow(why)
  expect(readFileSync(join(dir, 'other'), 'utf8')).toBe('untouched')
})

test('a link or a FIFO is not read, at once', () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'file'), 'text')
  symlinkSync('file', join(dir, 'link'))
  execFileSync('mkfifo', [join(dir, 'fifo')])
  expect(readPlainFile(join(dir, 'file'))).toBe('text')
  expect(() => readPlainFile(join(dir, 'link'))).toThrow(/ELOOP/)
  expect(() => readPlainFile(join(dir, 'fifo'))).toThrow(/is not a plain file/)
})

test('a new file replaces a link, and not what the link names', () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'other'), 'untouched')
  symlinkSync('other', join(dir, 'file'))
  writeNewFile(join(dir, 'file'), 'new')
  expect([readFileSync(join(dir, 'file'), 'utf8'), readFileSync(join(dir, 'other'), 'utf8')]).toEqual([
    'new',
    'untouched',
  ])
})

test('an escalation file takes the place of links and FIFOs, and nothing is written through them', () => {
  const dir = tempDir()
  const file = join(dir, 'escalation.json')
  writeFileSync(join(dir, 'other'), 'untouched')
  symlinkSync('other', `${file}.tmp`)
  execFileSync('mkfifo', [file])
  const escalation = {jobs: []} as unknown as Parameters<ReturnType<typeof escalationFile>>[0]
  escalationFile(file)(escalation)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({jobs: []})
  expect([existsSync(`${file}.tmp`), readFileSync(join(dir, 'other'), 'utf8')]).toEqual([false, 'untouched'])
})
