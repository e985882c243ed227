import {chmodSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {expect, test} from 'vitest'
import {acceptedText, loadAccepted} from '../../src/config/accepted.js'
import {defaultSettings} from '../../src/config/defaults.js'
import {loadSettings} from '../../src/config/settings.js'

/** A folder with a broken settings file, and a copy of those that were accepted before. */
function place(copied: {readonly file?: string; readonly version?: string; readonly mode?: number} = {}) {
  const folder = mkdtempSync(`${tmpdir()}/accepted-`)
  const file = `${folder}/settings.yaml`
  writeFileSync(file, 'jobs: [\n', {mode: 0o600})
  const accepted = `${folder}/copy.json`
  const settings = {...defaultSettings, file: copied.file ?? file, jobs: {one: defaultSettings.defaults}}
  writeFileSync(accepted, acceptedText(settings, copied.version ?? '1'))
  chmodSync(accepted, copied.mode ?? 0o600)
  const where = {configFlag: file, cwd: folder, home: folder, env: {}, version: '1'}
  return {file, load: (path = accepted) => loadAccepted(path, where), loadFile: () => loadSettings(where)}
}

test('settings are read from the copy that was accepted, as those of their file', async () => {
  const {load, loadFile, file} = place()
  expect((await loadFile()).wrong?.refusal).toContain('cannot be loaded')
  const settings = await load()
  expect(settings).toMatchObject({file, jobs: {one: {}}})
  expect(settings.wrong).toBeUndefined()
})

test.each([
  ['of another file', {file: '/etc/other.yaml'}],
  ['of another version', {version: '2'}],
  ['that others may write', {mode: 0o622}],
])('a copy %s is not used', async (_, copied) => {
  const {load} = place(copied)
  expect((await load()).wrong?.refusal).toContain('cannot be loaded')
})

test('without the copy the file itself is read', async () => {
  const {load} = place()
  expect((await load('/nowhere/copy.json')).wrong?.refusal).toContain('cannot be loaded')
})
