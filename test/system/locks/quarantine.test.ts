import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {lockIdentity} from '../../../src/system/locks/inspect.js'
import {openQuarantine, type Taken} from '../../../src/system/locks/quarantine.js'
import {tempDir} from '../../support/temp-dir.js'

const note = {reason: 'its owner is gone', at: 1000}

interface Folders {
  readonly state: string
  readonly locks: string
}

/** Locks on the device of the state directory, and on another. */
const places: [string, () => Folders][] = [
  ['on the same device', () => ({state: tempDir(), locks: tempDir()})],
  ['across devices', () => ({state: tempDir(), locks: tempDir('/dev/shm')})],
]

function judged(path: string) {
  return {path, identity: lockIdentity(lstatSync(path))}
}

function clear(state: string, id: string, ...paths: string[]): void {
  const box = openQuarantine(state).openBox(id)
  for (const path of paths) box.keep(box.take(judged(path), note) as Taken)
}

test('the two folders of these tests are on two devices', () => {
  expect(lstatSync(tempDir('/dev/shm')).dev).not.toBe(lstatSync(tempDir()).dev)
})

test.each(places)('a cleared lock is restored unchanged, %s', (_title, place) => {
  const {state, locks} = place()
  const [file, link, folder] = ['a.lock', 'b.lock', 'c.lock'].map((name) => join(locks, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(file, '4711', {mode: 0o640})
  utimesSync(file, 1_700_000_000, 1_700_000_000)
  symlinkSync('host:+4711', link)
  mkdirSync(folder)
  writeFileSync(join(folder, 'pid'), '4711')

  clear(state, 'q1', file, link, folder)
  expect(readdirSync(locks)).toEqual([])
  expect(openQuarantine(state).list()).toEqual([{id: 'q1', at: 1000, paths: [file, link, folder]}])

  const restored = [file, link, folder].map((path) => ({path, result: 'restored'}))
  expect(openQuarantine(state).restore('q1')).toEqual(restored)
  expect(lstatSync(file)).toMatchObject({mode: 0o100640, mtimeMs: 1_700_000_000_000})
  expect([readFileSync(file, 'utf8'), readlinkSync(link), readFileSync(join(folder, 'pid'), 'utf8')]).toEqual([
    '4711',
    'host:+4711',
    '4711',
  ])
  expect(readdirSync(locks).sort()).toEqual(['a.lock', 'b.lock', 'c.lock'])
  expect(openQuarantine(state).list()).toEqual([])
})

test.each(places)('a new lock is not overwritten by a restored one, %s', (_title, place) => {
  const {state, locks} = place()
  const [file, folder] = [join(locks, 'a.lock'), join(locks, 'c.lock')]
  writeFileSync(file, 'old')
  mkdirSync(folder)
  clear(state, 'q1', file, folder)
  writeFileSync(file, 'new')
  mkdirSync(folder)

  expect(
    openQuarantine(state)
      .restore('q1')
      .map(({result}) => result),
  ).toEqual(['occupied', 'occupied'])
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(openQuarantine(state).list()[0]?.paths).toEqual([file, folder])
  expect(readdirSync(locks).sort()).toEqual(['a.lock', 'c.lock'])
})

test.each(places)('a lock that changed since its inspection stays, %s', (_title, place) => {
  const {state, locks} = place()
  const path = join(locks, 'a.lock')
  writeFileSync(path, 'old')
  utimesSync(path, 1, 1)
  const old = judged(path)
  writeFileSync(path, 'new')

  expect(openQuarantine(state).openBox('q1').take(old, note)).toBe('changed')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(
    openQuarantine(state)
      .openBox('q1')
      .take({...old, path: join(locks, 'gone')}, note),
  ).toBe('changed')
})

test.each(places)('a lock that was taken meanwhile is moved back, %s', (_title, place) => {
  const {state, locks} = place()
  const path = join(locks, 'a.lock')
  writeFileSync(path, '4711')
  const box = openQuarantine(state).openBox('q1')
  const taken = box.take(judged(path), note) as Taken
  expect(existsSync(path)).toBe(false)
  expect(box.giveBack(taken)).toBe('back')
  expect(readFileSync(path, 'utf8')).toBe('4711')
})

test.each(places)('a lock whose clearing was interrupted can be restored, %s', (_title, place) => {
  const {state, locks} = place()
  const path = join(locks, 'a.lock')
  writeFileSync(path, '4711')
  openQuarantine(state).openBox('q1').take(judged(path), note)
  expect(openQuarantine(state).restore('q1')).toEqual([{path, result: 'restored'}])
  expect(readdirSync(locks)).toEqual(['a.lock'])
})

test('a torn manifest line hides no other line', () => {
  const {state, locks} = {state: tempDir(), locks: tempDir()}
  const path = join(locks, 'a.lock')
  writeFileSync(path, '4711')
  clear(state, 'q1', path)
  writeFileSync(join(state, 'quarantine/q1/manifest.jsonl'), '{"pa', {flag: 'a'})
  expect(openQuarantine(state).restore('q1')).toEqual([{path, result: 'restored'}])
})

test('the quarantine is accessible to its owner only', () => {
  const {state, locks} = {state: tempDir(), locks: tempDir()}
  writeFileSync(join(locks, 'a.lock'), '')
  clear(state, 'q1', join(locks, 'a.lock'))
  expect(lstatSync(join(state, 'quarantine')).mode & 0o777).toBe(0o700)
})

test('old boxes are removed, and younger ones stay', () => {
  const {state, locks} = {state: tempDir(), locks: tempDir()}
  for (const [id, at] of [['old', 1000] as const, ['new', 2000] as const]) {
    const path = join(locks, id)
    writeFileSync(path, '')
    openQuarantine(state)
      .openBox(id)
      .take(judged(path), {...note, at})
  }
  openQuarantine(state).prune(2000)
  expect(
    openQuarantine(state)
      .list()
      .map(({id}) => id),
  ).toEqual(['new'])
})

test('a missing state directory is not made again, and the lock stays where it is', () => {
  const state = join(tempDir(), 'gone')
  const lock = join(tempDir(), 'a.lock')
  writeFileSync(lock, '4711')
  // A recursive mkdir would never return below /proc.
  expect(() => clear(state, 'q1', lock)).toThrow('ENOENT')
  expect([existsSync(state), existsSync(lock)]).toEqual([false, true])
})
