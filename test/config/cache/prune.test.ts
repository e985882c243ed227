import {chmodSync, existsSync, readdirSync, symlinkSync, truncateSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {mostCacheBytes, pruneCaches} from '../../../src/config/cache/prune.js'
import {createSandbox, filesIn, form} from '../../support/sandbox.js'
import {settingsHome} from '../../support/written-settings.js'

const day = 86_400_000
const here = `node/${process.version}-x64-0123abcd-0`
const other = 'node/v18.0.0-x64-0123abcd-0'

/** A home with files in the caches, each so many days old (in the future if below 0), and of so many bytes. */
function caches(files: Readonly<Record<string, {readonly days?: number; readonly bytes?: number}>>) {
  const {path, write, request} = settingsHome()
  const nowMs = Date.now() + 60_000
  for (const [name, {days = 0, bytes = 1}] of Object.entries(files)) {
    const file = write(`home/.cache/guard/${name}`, '')
    truncateSync(file, bytes)
    utimesSync(file, (nowMs - days * day) / 1000, (nowMs - days * day) / 1000)
  }
  const folder = path('home/.cache/guard')
  for (const each of ['', 'node']) if (existsSync(join(folder, each))) chmodSync(join(folder, each), 0o700)
  const prune = () => pruneCaches({env: request.env, home: request.home, uid: process.geteuid?.()}, nowMs)
  return {folder, path, prune, left: () => filesIn(folder)}
}

test('settings that were cached a month ago go, and what a former guard kept', () => {
  const {prune, left} = caches({
    'settings-1-2': {days: 29},
    'settings-1-3': {days: 31},
    'settings-1-4.77': {days: 31},
    'cli.health-0.1.0-6d950405ac8f-11.3.244.8-node.38.v8': {},
  })
  prune()
  expect(left()).toEqual(['settings-1-2'])
})

test('compiled code of another Node goes after a day, and of this one when guard has been installed anew', () => {
  const {prune, left} = caches({
    [`${here}/0123abcd`]: {},
    [`${here}/1123abcd`]: {days: 20_000},
    [`${other}/0123abcd`]: {days: 2},
    [`${other}/0123abcd.aBcDeF`]: {days: 2},
    'node/v19.0.0-x64-0123abcd-0/0123abcd': {days: 0.5},
  })
  prune()
  expect(left()).toEqual([
    'node',
    'node/v19.0.0-x64-0123abcd-0',
    'node/v19.0.0-x64-0123abcd-0/0123abcd',
    here,
    `${here}/0123abcd`,
  ])
})

test('above 30 MB the oldest files go, whichever cache they are in', () => {
  const third = mostCacheBytes / 3
  const {prune, left} = caches({
    'settings-1-2': {days: 3, bytes: third},
    [`${here}/0123abcd`]: {days: -0.2, bytes: third},
    [`${here}/1123abcd`]: {days: -0.3, bytes: third},
    'settings-1-3': {days: -0.4, bytes: 1},
  })
  prune()
  expect(left()).toEqual(['node', here, `${here}/0123abcd`, `${here}/1123abcd`, 'settings-1-3'])
})

test('what has another name, a deeper folder and what a link names stay', () => {
  const {prune, left, folder, path} = caches({
    'settings-notes.txt': {days: 99},
    'node/readme': {days: 99},
    [`${other}/notes.txt`]: {days: 99},
    [`${other}/deeper/0123abcd`]: {days: 99},
  })
  symlinkSync(path('home/.cache/guard/node/readme'), join(folder, 'settings-1-2'))
  symlinkSync(join(folder, other), join(folder, 'node/v17.0.0-x64-0123abcd-0'))
  const before = left()
  prune()
  expect(left()).toEqual(before)
})

test('a cache that others may access is left alone', () => {
  const {prune, left, folder} = caches({'settings-1-2': {days: 99}})
  chmodSync(folder, 0o755)
  prune()
  expect(left()).toEqual(['settings-1-2'])
})

test('a round of the watchdog prunes the caches; a run does not', async () => {
  const box = createSandbox()
  const folder = box.path('home/.cache/guard')
  const name = 'settings-1-2'
  await box.sh(`mkdir -p ${folder} && chmod 700 ${folder} && touch -d '40 days ago' ${folder}/${name}`)
  await box.guard('run', '--job', 'j', '--', 'true')
  expect(readdirSync(folder)).toContain(name)
  expect((await box.guard('watchdog')).code).toBe(0)
  expect({form, names: readdirSync(folder)}).toEqual({form, names: expect.not.arrayContaining([name])})
})
