import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {tempDir} from '../support/temp-dir.js'
import {add, fillGenerations, generation, journalIn, stable} from './names-journal.js'

test('an edited file is kept aside and reported, and does not change the state', () => {
  const dir = tempDir()
  const journal = journalIn(dir)
  journal.note(add('a'), 'buffered')
  writeFileSync(join(dir, 'edit'), '{"name":"forged"}\n')
  renameSync(join(dir, 'edit'), stable(dir))
  journal.compactIfDue()

  expect(journalIn(dir).read()).toEqual(['a'])
  expect(statSync(stable(dir)).ino).toBe(statSync(generation(dir, 1)).ino)
  const {problems} = journal.inspect()
  expect(problems).toEqual([expect.stringMatching(/kept as names\.edited-/)])
})

test('a file that only other programs have written is not a problem', () => {
  const dir = tempDir()
  writeFileSync(stable(dir), '{"name":"foreign"}\n', {mode: 0o600})
  expect(journalIn(dir).inspect()).toMatchObject({records: 1, problems: []})
})

test('a copied state directory works like the original', () => {
  const [dir, copy] = [tempDir(), tempDir()]
  const added = fillGenerations(dir, 3)
  cpSync(dir, copy, {recursive: true})
  const journal = journalIn(copy)
  journal.append(add('copied'), 'buffered')
  journal.compactIfDue()
  expect(journal.read()).toEqual([...added, 'copied'])
  expect(journal.inspect().problems).toEqual([])
  expect(journalIn(dir).read()).toEqual(added)
})

test('a state directory that is deleted while a process runs is made again by its next record', () => {
  const dir = join(tempDir(), 'state')
  const journal = journalIn(dir)
  const noter = journalIn(dir)
  journal.append(add('a'), 'buffered')
  noter.note(add('b'), 'buffered')
  rmSync(dir, {recursive: true})

  expect(journal.append(add('c'), 'buffered')).toMatchObject({verdict: 'ok', state: ['c']})
  noter.note(add('d'), 'buffered')
  expect(journalIn(dir).read()).toEqual(['c', 'd'])
})

test('a state directory that is deleted is not made again for a process that says so', () => {
  const dir = join(tempDir(), 'state')
  const journal = journalIn(dir, {mayMakeDir: () => false})
  mkdirSync(join(dir, '.gen'), {recursive: true})
  journal.note(add('a'), 'buffered')
  rmSync(dir, {recursive: true})

  expect(() => journal.append(add('b'), 'buffered')).toThrow(/^state directory .*\/state is gone$/)
  expect(existsSync(dir)).toBe(false)
})

test('a deleted folder of generations is made again from the stable name', () => {
  const dir = tempDir()
  const added = fillGenerations(dir, 3)
  rmSync(join(dir, '.gen'), {recursive: true})
  const journal = journalIn(dir)
  expect(journal.append(add('next'), 'buffered').state).toEqual([...added, 'next'])
  expect(journal.inspect()).toMatchObject({generation: 3, problems: []})
})

test('a deleted stable name is linked again', () => {
  const dir = tempDir()
  const journal = journalIn(dir)
  journal.note(add('a'), 'buffered')
  rmSync(stable(dir))
  journal.compactIfDue()
  expect(statSync(stable(dir)).ino).toBe(statSync(generation(dir, 1)).ino)
})

test('an emptied file loses its own lines, but nothing that was compacted before', () => {
  const dir = tempDir()
  const added = fillGenerations(dir, 3)
  const [reader, noter] = [journalIn(dir), journalIn(dir)]
  reader.append(add('lost'), 'buffered')
  noter.note(add('lost too'), 'buffered')
  truncateSync(stable(dir))

  expect(reader.read()).toEqual(added)
  noter.note(add('next'), 'buffered')
  expect(reader.append(add('last'), 'buffered')).toMatchObject({verdict: 'ok', state: [...added, 'next', 'last']})
  expect(journalIn(dir).read()).toEqual([...added, 'next', 'last'])
  expect(reader.inspect().problems).toEqual([expect.stringMatching(/lacks its snapshot/)])

  fillGenerations(dir, 4)
  expect(
    journalIn(dir)
      .read()
      .slice(0, added.length + 2),
  ).toEqual([...added, 'next', 'last'])
  expect(journalIn(dir).inspect().problems).toEqual([])
})

test('a symbolic link is refused as a journal', () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'precious'), '')
  symlinkSync(join(dir, 'precious'), stable(dir))
  expect(() => journalIn(dir).note(add('a'), 'buffered')).toThrow(/ELOOP/)
  expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('')
})
