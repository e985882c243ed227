import {chmodSync, mkdirSync, rmSync} from 'node:fs'
import {expect, test} from 'vitest'
import {findSettings} from '../../src/config/find.js'
import {settingsHome} from '../support/written-settings.js'

test.each(['.guardianrc', '.guardianrc.json', '.guardianrc.yaml', '.guardianrc.yml'])(
  '%s is found in the working directory',
  (name) => {
    const {request, file} = settingsHome('', name)
    expect(findSettings(request)).toMatchObject({path: file, named: false})
  },
)

test.each(['.guardianrc.js', '.guardianrc.cjs', '.guardianrc.mjs', 'guardian.config.js', 'guardian.config.ts'])(
  '%s is a program, and never looked for',
  (name) => {
    expect(findSettings(settingsHome('', name).request)).toBeUndefined()
  },
)

test('the nearest folder upwards wins', () => {
  const {request, path, write} = settingsHome('')
  mkdirSync(path('project/deep/deeper'), {recursive: true})
  expect(findSettings({...request, cwd: path('project/deep/deeper')})?.path).toBe(path('project/.guardianrc'))
  const nearer = write('project/deep/.guardianrc.yml', '')
  expect(findSettings({...request, cwd: path('project/deep/deeper')})?.path).toBe(nearer)
})

test('a package.json counts only with a guardian key', () => {
  const {request, write} = settingsHome()
  const outer = write('.guardianrc.yaml', '')
  write('project/package.json', '{"name": "guardian"}')
  expect(findSettings(request)?.path).toBe(outer)
  write('project/package.json', '{"guardian"')
  expect(findSettings(request)?.path).toBe(outer)
  const inner = write('project/package.json', '{"guardian": {}}')
  expect(findSettings(request)?.path).toBe(inner)
})

test('the settings of the user come after the folders, and those of the machine last', () => {
  const {request, path, write} = settingsHome()
  const machine = write('etc/config.yaml', '')
  expect(findSettings(request)?.path).toBe(machine)
  const user = write('home/.config/guardian/.guardianrc', '')
  expect(findSettings(request)?.path).toBe(user)
  const moved = write('xdg/guardian/config.json', '{}')
  expect(findSettings({...request, env: {XDG_CONFIG_HOME: path('xdg')}})?.path).toBe(moved)
})

test('an explicit file overrides all others, and the flag overrides the variable', () => {
  const {request, write} = settingsHome('')
  const one = write('one.yaml', '')
  const two = write('two.yaml', '')
  expect(findSettings({...request, env: {GUARD_CONFIG: one}})).toMatchObject({path: one, named: true})
  expect(findSettings({...request, env: {GUARD_CONFIG: one}, configFlag: '../two.yaml'})?.path).toBe(two)
})

test('an explicit file must exist', () => {
  const {request, path} = settingsHome()
  expect(() => findSettings({...request, configFlag: 'missing.yaml'})).toThrow(
    expect.objectContaining({kind: 'config', message: expect.stringContaining(path('project/missing.yaml'))}),
  )
  expect(() => findSettings({...request, configFlag: path('project')})).toThrow(/is not a file/)
})

test('/dev/null means no settings, whatever other files exist', () => {
  expect(findSettings({...settingsHome('').request, configFlag: '/dev/null'})).toBeUndefined()
})

test('a missing working directory is not searched', () => {
  const {request, path, write} = settingsHome('')
  const user = write('home/.config/guardian/config.yaml', '')
  expect(findSettings({...request, cwd: undefined})?.path).toBe(user)
  rmSync(path('project'), {recursive: true})
  expect(findSettings(request)?.path).toBe(user)
})

test('a folder with the name of a settings file is ignored, and so is an inaccessible folder', () => {
  const {request, path, write} = settingsHome()
  mkdirSync(path('project/.guardianrc'))
  const below = write('project/.guardianrc.json', '')
  expect(findSettings(request)?.path).toBe(below)
  mkdirSync(path('project/closed'), {mode: 0o000})
  expect(findSettings({...request, cwd: path('project/closed')})?.path).toBe(below)
  chmodSync(path('project/closed'), 0o700)
})
