import {execFileSync} from 'node:child_process'
import {readdirSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {cutAbandoned, tidySpools} from '../../../src/system/output/tidy-spools.js'
import {tempDir} from '../../support/temp-dir.js'

const now = 1_000_000_000_000

function folder(files: Readonly<Record<string, number>>): string {
  const dir = tempDir()
  for (const [name, ageMs] of Object.entries(files)) {
    writeFileSync(join(dir, name), '')
    utimesSync(join(dir, name), (now - ageMs) / 1000, (now - ageMs) / 1000)
  }
  return dir
}

test('files of a run that was closed go at once; those of open runs stay, and those of runs that are not on record yet', () => {
  const spoolDir = folder({
    'closed.out': 0,
    'guard-closed.result.json': 0,
    'open.err': 3_600_000,
    'young.0.pipe': 50_000,
    'ended.out': 70_000,
  })
  tidySpools({spoolDir, closed: ['closed'], open: ['open'], now, warn: expect.unreachable})
  expect(readdirSync(spoolDir).sort()).toEqual(['open.err', 'young.0.pipe'])
})

test('a folder that does not exist yet is not trouble, and what is not a folder is said', () => {
  const spoolDir = folder({file: 0})
  const said: string[] = []
  const tidy = (dir: string) => tidySpools({spoolDir: dir, closed: [], open: [], now, warn: (text) => said.push(text)})
  tidy(join(spoolDir, 'none'))
  expect(said).toEqual([])
  tidy(join(spoolDir, 'file'))
  expect(said).toEqual([expect.stringMatching(/files of earlier runs are left in .*ENOTDIR/)])
})

test('of a file that nobody limits any more the oldest output is cut, and its length stays', () => {
  const dir = tempDir()
  execFileSync('sh', ['-c', 'head -c 4000000 /dev/urandom > large; head -c 1500000 /dev/urandom > small'], {cwd: dir})
  cutAbandoned([dir, join(dir, 'none')], 1_000_000)
  const [large, small] = [statSync(join(dir, 'large')), statSync(join(dir, 'small'))]
  expect([large.size, large.blocks * 512 <= 1_010_000]).toEqual([4_000_000, true])
  expect(small.blocks * 512).toBeGreaterThanOrEqual(1_500_000)
})
