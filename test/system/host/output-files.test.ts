import {chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {OutputSettings} from '../../../src/domain/settings/job.js'
import {readOutputs} from '../../../src/system/host/output-files.js'
import {asOrdinaryUser} from '../../support/ordinary-user.js'
import {tempDir} from '../../support/temp-dir.js'

const rule: OutputSettings = {files: ['*.json'], minSizeBytes: 0, contains: [], lacks: []}

function folder(): {dir: string; write: (name: string, text: string, atSeconds: number) => void} {
  const dir = tempDir()
  return {
    dir,
    write(name, text, atSeconds) {
      writeFileSync(join(dir, name), text)
      utimesSync(join(dir, name), atSeconds, atSeconds)
    },
  }
}

async function sight(dir: string, settings: Partial<OutputSettings> = {}, futureFromMs = Number.POSITIVE_INFINITY) {
  const [observed] = await readOutputs([{...rule, ...settings}], dir, (at) => at >= futureFromMs)
  return observed
}

test('the newest of the files that fit is taken, with its age and size', async () => {
  const {dir, write} = folder()
  write('old.json', 'old', 1000)
  write('new.json', 'newer', 2000)
  write('other.txt', 'newest', 3000)
  expect(await sight(dir)).toEqual({newest: {path: 'new.json', modifiedAt: 2_000_000, size: 5}})
})

test('where no file fits, or no folder is there, nothing is the newest', async () => {
  const {dir} = folder()
  expect(await sight(dir)).toEqual({newest: undefined})
  expect(await sight(join(dir, 'not-there'))).toEqual({newest: undefined})
})

test.each<[string, Partial<OutputSettings>, string | undefined]>([
  ['a file that is too small', {minSizeBytes: 100}, 'has 16 of 100 bytes'],
  ['a mark that is there', {contains: ['^DONE$']}, undefined],
  ['a mark that is absent', {contains: ['^FINISHED$']}, 'lacks "^FINISHED$"'],
  ['a mark that must not be there', {lacks: ['err.r']}, 'has "err.r"'],
  ['a mark that is not there', {lacks: ['fatal']}, undefined],
])('%s is seen', async (_title, settings, problem) => {
  const {dir, write} = folder()
  write('a.json', 'one error: x\nDONE', 1000)
  write('a.json', 'an error: 1\nDONE', 1000)
  expect((await sight(dir, settings))?.newest?.problem).toBe(problem)
})

test('marks are found at the end of a file of any size', async () => {
  const {dir, write} = folder()
  write('big.json', `${'x'.repeat(3 * 1024 * 1024)}\nDONE\n`, 1000)
  expect((await sight(dir, {contains: ['^DONE$']}))?.newest?.problem).toBeUndefined()
})

test('links out of the folder are not followed into others', async () => {
  const {dir} = folder()
  const other = folder()
  other.write('foreign.json', 'x', 1000)
  symlinkSync(other.dir, join(dir, 'link'))
  expect(await sight(dir, {files: ['**/*.json']})).toEqual({newest: undefined})
})

test('a link to a file is as new as the file, and a link to nowhere hides none', async () => {
  const {dir, write} = folder()
  const other = folder()
  other.write('report.txt', 'today', 2000)
  write('old.json', 'old', 1000)
  symlinkSync(join(other.dir, 'report.txt'), join(dir, 'latest.json'))
  symlinkSync('loop.json', join(dir, 'loop.json'))
  symlinkSync('gone', join(dir, 'dangling.json'))
  const newest = {path: 'latest.json', modifiedAt: 2_000_000, size: 5}
  expect(await sight(dir)).toEqual({newest})
  expect(await sight(dir, {files: ['latest.json']})).toEqual({newest})
})

test('parentheses in a name are taken as they are, and those of a pattern as a pattern', async () => {
  const {dir, write} = folder()
  mkdirSync(join(dir, 'copy (1)'))
  write('copy (1)/a b.json', 'x', 1000)
  const path = 'copy (1)/a b.json'
  for (const files of [path, 'copy (1)/*.json', '@(copy|x)*/(a|b) b.json']) {
    expect((await sight(dir, {files: [files]}))?.newest?.path).toBe(path)
  }
})

test('a folder is not an output, whatever its age', async () => {
  const {dir} = folder()
  mkdirSync(join(dir, 'folder.json'))
  symlinkSync('folder.json', join(dir, 'link.json'))
  expect(await sight(dir)).toEqual({newest: undefined})
})

test('a folder that cannot be read is said, not taken for empty', async () => {
  const {dir} = folder()
  mkdirSync(join(dir, 'closed'))
  chmodSync(join(dir, 'closed'), 0)
  const seen = await asOrdinaryUser(dir, () => sight(dir, {files: ['closed/*.json']}))
  expect(seen?.unreadable).toContain('EACCES')
})

test('a file that is dated into the future is reported apart, and hides no other', async () => {
  const {dir, write} = folder()
  write('a.json', 'now', 1000)
  write('b.json', 'odd', 9000)
  expect(await sight(dir, {}, 5_000_000)).toEqual({
    newest: {path: 'a.json', modifiedAt: 1_000_000, size: 3},
    future: {path: 'b.json', modifiedAt: 9_000_000},
  })
})

test('a file that is being replaced is looked at once more', async () => {
  const {dir, write} = folder()
  const now = Date.now() / 1000
  write('a.json', '', now)
  // The second look waits; meanwhile the program has written the rest.
  const seen = sight(dir, {minSizeBytes: 4})
  await new Promise((resolve) => setImmediate(resolve))
  setTimeout(() => write('a.json', 'whole', now), 100)
  expect((await seen)?.newest).toMatchObject({size: 5})
  expect((await seen)?.newest?.problem).toBeUndefined()
})

test('a file that is written after its date was read has the age of what is in it', async () => {
  const {dir, write} = folder()
  write('a.json', 'rows: 120', 1000)
  const written = Date.now()
  let looks = 0
  const [seen] = await readOutputs([{...rule, contains: ['rows: [0-9]']}], dir, () => {
    looks += 1
    if (looks === 1) writeFileSync(join(dir, 'a.json'), '')
    return false
  })
  expect(seen?.newest?.modifiedAt).toBeGreaterThan(written - 1000)
})

test('a file that is emptied at this moment, so that its date is still the old one, is looked at once more', async () => {
  const {dir, write} = folder()
  write('a.json', '', 1000)
  const [seen] = await readOutputs([{...rule, minSizeBytes: 4}], dir, () => {
    write('a.json', 'whole', 2000)
    return false
  })
  expect(seen?.newest).toEqual({path: 'a.json', modifiedAt: 2_000_000, size: 5})
})
