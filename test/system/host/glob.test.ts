import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {findPaths} from '../../../src/system/host/glob.js'
import {tempDir} from '../../support/temp-dir.js'

function tree(...files: string[]): string {
  const dir = tempDir()
  for (const file of files) {
    mkdirSync(join(dir, file, '..'), {recursive: true})
    writeFileSync(join(dir, file), '')
  }
  return dir
}

async function find(dir: string, ...patterns: string[]): Promise<string[]> {
  const {paths} = await findPaths({patterns, dir, without: []})
  return paths.map((path) => path.replace(`${dir}/`, ''))
}

test('files, hidden files, folders and broken links are found, each once', async () => {
  const dir = tree('state/a.lock', 'state/deep/.b.lock', 'state/c.txt')
  mkdirSync(join(dir, 'state/d.lock'))
  symlinkSync('host:+1', join(dir, 'state/e.lock'))
  const found = ['state/a.lock', 'state/d.lock', 'state/deep/.b.lock', 'state/e.lock']
  expect(await find(dir, 'state/**/*.lock', 'state/*.lock')).toEqual(found)
})

test('a link to a folder is never followed', async () => {
  const outside = tree('victim.lock')
  const dir = tree('state/a.lock')
  symlinkSync(outside, join(dir, 'state/link'))
  expect(await find(dir, 'state/**/*.lock')).toEqual(['state/a.lock'])
  expect(await find(dir, 'state/*/*.lock')).toEqual([])
})

test('the exact name of a file is found even if it contains the characters of a pattern', async () => {
  const dir = tree('job[1].lock', 'job1.lock')
  expect(await find(dir, 'job[1].lock')).toEqual(['job[1].lock'])
})

test('an absolute pattern is found from anywhere', async () => {
  const dir = tree('a.lock')
  const {paths} = await findPaths({patterns: [join(dir, '*.lock')], dir: '/', without: []})
  expect(paths).toEqual([join(dir, 'a.lock')])
})

test('a pattern without a match, or below a missing folder, finds nothing', async () => {
  expect(await find(tree('a.txt'), '*.lock', 'gone/**')).toEqual([])
})

test('what is excluded is not found', async () => {
  const dir = tree('state/a.lock', 'state/quarantine/b.lock', 'state/quarantined.lock')
  const {paths} = await findPaths({patterns: ['**/*.lock'], dir, without: [join(dir, 'state/quarantine')]})
  expect(paths).toEqual([join(dir, 'state/a.lock'), join(dir, 'state/quarantined.lock')])
})

test.skipIf(process.geteuid?.() !== 0)(
  'an unreadable folder is reported, and other folders are searched nevertheless',
  async () => {
    const dir = tree('open/a.lock', 'shut/b.lock')
    chmodSync(dir, 0o755)
    chmodSync(join(dir, 'shut'), 0o700)
    process.seteuid?.('nobody')
    try {
      expect(await findPaths({patterns: ['**/*.lock'], dir, without: []})).toEqual({
        paths: [join(dir, 'open/a.lock')],
        unreadable: [join(dir, 'shut')],
      })
    } finally {
      process.seteuid?.(0)
    }
  },
)
