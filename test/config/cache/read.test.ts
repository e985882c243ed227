import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {checksumLine} from '../../../src/config/cache/read.js'
import {loadSettings, type SettingsRequest} from '../../../src/config/settings.js'
import {settingsHome} from '../../support/written-settings.js'

const written = 'jobs: {scan: {timeout: 5m, script: scan.py}, other: {}}'

/** A settings file whose cache entry has another time limit, which shows whether the entry is used. */
async function marked(text = written, name?: string) {
  const home = settingsHome(text, name)
  await loadSettings(home.request)
  const folder = home.path('home/.cache/guard')
  const entry = join(folder, readdirSync(folder)[0] ?? 'missing')
  const cachedText = readFileSync(entry, 'utf8').replace('"timeoutMs":300000', '"timeoutMs":1')
  const lines = cachedText.slice(0, cachedText.lastIndexOf('\n') + 1)
  writeFileSync(entry, lines + checksumLine(lines))
  return {...home, folder, entry}
}

function moveBehindLink(path: string): void {
  renameSync(path, `${path}x`)
  symlinkSync(`${path}x`, path)
}

const timeoutOf = async (request: SettingsRequest) => (await loadSettings(request)).jobs['scan']?.timeoutMs

test('settings that were checked once are read from the cache', async () => {
  expect(await timeoutOf((await marked()).request)).toBe(1)
})

test('the cache is accessible to its user only', async () => {
  const {entry, folder} = await marked()
  expect([statSync(folder).mode & 0o777, statSync(entry).mode & 0o777]).toEqual([0o700, 0o600])
})

test('the cache is in XDG_CACHE_HOME if that is set', async () => {
  const {request, path} = settingsHome(written)
  await loadSettings({...request, env: {XDG_CACHE_HOME: path('xdg')}})
  expect(existsSync(path('xdg/guard'))).toBe(true)
  expect(existsSync(path('home/.cache'))).toBe(false)
})

test('a changed file is read again', async () => {
  const {request, write} = await marked()
  write('project/.guardianrc', written.replace('5m', '7m'))
  expect(await timeoutOf(request)).toBe(420_000)
})

test('a changed file is read again even if its length and date are the same', async () => {
  const {request, write, file} = await marked()
  const past = new Date('2020-01-01')
  utimesSync(file, past, past)
  await loadSettings(request)
  write('project/.guardianrc', written.replace('5m', '7m'))
  utimesSync(file, past, past)
  expect(await timeoutOf(request)).toBe(420_000)
})

test('another file in its place is read', async () => {
  const {request, write, file} = await marked()
  renameSync(write('project/new', written.replace('5m', '7m')), file)
  expect(await timeoutOf(request)).toBe(420_000)
})

test('another version of guard reads the file itself', async () => {
  expect(await timeoutOf({...(await marked()).request, version: '1.0.1'})).toBe(300_000)
})

test.each<[string, (entry: string, folder: string) => void]>([
  ['that is incomplete', (entry) => writeFileSync(entry, readFileSync(entry, 'utf8').slice(0, -4))],
  ['that is empty', (entry) => writeFileSync(entry, '')],
  ['that is not JSON', (entry) => writeFileSync(entry, readFileSync(entry, 'utf8').replace('{', '('))],
  ['that others may read', (entry) => chmodSync(entry, 0o644)],
  ['in a folder that is accessible to others', (_entry, folder) => chmodSync(folder, 0o755)],
  ['that is a symbolic link', moveBehindLink],
  ['in a folder that is a symbolic link', (_entry, folder) => moveBehindLink(folder)],
])('an entry %s is not used', async (_title, spoil) => {
  const {request, entry, folder} = await marked()
  spoil(entry, folder)
  expect(await timeoutOf(request)).toBe(300_000)
})

test('a file that is so young that a change may go unnoticed is not cached', async () => {
  const {request, path, file} = settingsHome(written)
  await loadSettings({...request, nowMs: statSync(file).mtimeMs})
  expect(existsSync(path('home/.cache/guard'))).toBe(false)
})

test.each(['home', 'home/.cache'])('a cache that cannot be written at %s is not an error', async (place) => {
  const {request, path} = settingsHome(written)
  if (place === 'home') renameSync(path('home'), path('gone'))
  else writeFileSync(path(place), '')
  expect(await timeoutOf(request)).toBe(300_000)
})

test('the jobs of an entry behave like a plain map', async () => {
  const {request} = settingsHome(written)
  const fresh = await loadSettings(request)
  const kept = await loadSettings(request)
  expect(Object.keys(kept.jobs)).toEqual(['scan', 'other'])
  expect(kept.jobs['scan']).toBe(kept.jobs['scan'])
  expect(['scan' in kept.jobs, Object.hasOwn(kept.jobs, 'other'), 'sca' in kept.jobs]).toEqual([true, true, false])
  expect(JSON.stringify(kept.jobs)).toBe(JSON.stringify({...kept.jobs}))
  expect(kept).toEqual(fresh)
})

test('a user who may not read the file gets nothing from the cache', async () => {
  const {request, file} = await marked()
  if (process.geteuid?.() === 0) {
    chmodSync(file, 0o666)
    const {wrong, file: used} = await loadSettings(request)
    expect([wrong?.message, used]).toEqual([expect.stringMatching(/it is writable by others/), undefined])
  } else {
    chmodSync(file, 0o000)
    expect((await loadSettings(request)).wrong?.refusal).toMatch(/cannot be read/)
  }
})
