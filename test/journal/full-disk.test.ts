import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {openJournal} from '../../src/journal/open.js'
import {systemClock} from '../../src/system/host/clock.js'
import {createStamper} from '../../src/system/host/host.js'
import {newId} from '../../src/system/host/ids.js'
import {bundleScript} from '../support/bundle.js'
import {asOrdinaryUser} from '../support/ordinary-user.js'
import {runtime} from '../support/runtime.js'
import {tempDir} from '../support/temp-dir.js'
import {wordsSpec} from './words.js'

interface Told {
  readonly words: readonly string[]
  readonly failure?: {readonly kind: string; readonly message: string; readonly hints: readonly string[]}
}

const filler = (dir: string) => bundleScript(join(import.meta.dirname, 'filler.ts'), dir)
const journalIn = (dir: string) => openJournal(dir, wordsSpec, createStamper(systemClock, newId))

/** Runs the script in a shell, because `ulimit` is the way to set the limit. */
function fill(script: string, {dir, limits = '', how}: {dir: string; limits?: string; how: string}): Told {
  // The pipe keeps the answer free of the limit.
  const command = `${limits} exec "$0" "$@" | cat`
  const args = ['-c', command, runtime.file, script, dir, how, '2000']
  return JSON.parse(execFileSync('sh', args, {env: runtime.env, encoding: 'utf8'})) as Told
}

/** Only acknowledged records count, and once there is space again the journal takes new ones. */
function expectHonest(dir: string, {words, failure}: Told): void {
  expect(failure).toMatchObject({kind: 'io'})
  expect(failure?.hints).toHaveLength(1)
  expect(journalIn(dir).read()).toEqual(words)
  expect(journalIn(dir).append({kind: 'added', word: 'again'}, 'durable').state).toEqual([...words, 'again'])
}

/** A file system of 256 KiB, unmounted after the test. */
function smallDisk(): string {
  const dir = join(tempDir(), 'disk')
  mkdirSync(dir)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', dir])
  onTestFinished(() => void execFileSync('umount', ['-l', dir]))
  return dir
}

test.runIf(process.geteuid?.() === 0)(
  'a journal is not sealed while its snapshot does not fit on the disk, and appends go on',
  () => {
    const dir = smallDisk()
    const journal = journalIn(dir)
    const words = Array.from({length: 100}, (_, index) => `${index}-${'x'.repeat(500)}`)
    for (const word of words) journal.note({kind: 'added', word}, 'buffered')
    // The snapshot takes 50 kB, and 40 kB are left.
    const {bsize, bavail} = statfsSync(dir)
    writeFileSync(join(dir, 'ballast'), Buffer.alloc(bsize * bavail - 40_000))

    for (const word of ['one', 'two', 'three']) {
      journal.compactIfDue()
      expect(journalIn(dir).append({kind: 'added', word}, 'durable').state).toEqual([...words, word])
      words.push(word)
    }
    expect(journal.inspect()).toMatchObject({
      generation: 1,
      problems: [expect.stringMatching(/no compaction has succeeded/)],
    })
    expect(readdirSync(join(dir, '.gen'))).toHaveLength(1)

    rmSync(join(dir, 'ballast'))
    journal.compactIfDue()
    expect(journal.inspect()).toMatchObject({generation: 2, problems: []})
    expect(journalIn(dir).read()).toEqual(words)
  },
)

describe.each(['append', 'note'])('%s', (how) => {
  test('at a file size limit fails with a reason, and a refused record never counts (invariant 4)', async () => {
    const root = tempDir()
    const dir = join(root, 'state')
    mkdirSync(dir)
    const script = await filler(root)
    // Several limits, so that lines are torn at different places.
    for (const blocks of [1, 2, 3]) {
      const told = fill(script, {dir, limits: `ulimit -f ${blocks};`, how})
      expect(told.failure?.message).toMatch(/EFBIG|only \d+ of \d+ bytes/)
      expectHonest(dir, told)
      rmSync(dir, {recursive: true})
      mkdirSync(dir)
    }
  })

  test.runIf(process.geteuid?.() === 0)(
    'on a full disk fails with a reason, and works again once there is space',
    async () => {
      const root = tempDir()
      const dir = join(root, 'disk')
      mkdirSync(dir)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', dir])
      onTestFinished(() => void execFileSync('umount', ['-l', dir]))
      writeFileSync(join(dir, 'ballast'), Buffer.alloc(30_000))
      const told = fill(await filler(root), {dir, how})
      expect(told.failure?.message).toMatch(/ENOSPC|only \d+ of \d+ bytes/)
      rmSync(join(dir, 'ballast'))
      expectHonest(dir, told)
    },
  )
})

test('a read-only journal is read, and an append to it says why it fails', async () => {
  const dir = tempDir()
  journalIn(dir).note({kind: 'added', word: 'a'}, 'buffered')
  execFileSync('chmod', ['-R', 'a-w', dir])
  onTestFinished(() => void execFileSync('chmod', ['-R', 'u+w', dir]))
  await asOrdinaryUser(dir, () => {
    expect(journalIn(dir).read()).toEqual(['a'])
    expect(() => journalIn(dir).note({kind: 'added', word: 'b'}, 'buffered')).toThrow(/EACCES/)
  })
})

test.runIf(process.geteuid?.() === 0)(
  'a journal on a disk that is mounted for reading is read, and an append says that this is why it fails',
  () => {
    const [dir, mounted] = [tempDir(), tempDir()]
    journalIn(dir).note({kind: 'added', word: 'a'}, 'buffered')
    execFileSync('mount', ['--bind', dir, mounted])
    onTestFinished(() => void execFileSync('umount', ['-l', mounted]))
    execFileSync('mount', ['-o', 'remount,ro,bind', mounted])
    const journal = journalIn(mounted)
    expect(journal.read()).toEqual(['a'])
    expect(() => journal.note({kind: 'added', word: 'b'}, 'buffered')).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/EROFS/),
        hints: ['mount its disk for writing, or choose a state directory on another: --state-dir DIR'],
      }),
    )
  },
)
