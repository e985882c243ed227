import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {inspectSettings} from '../../src/config/inspect.js'
import {checkSettings as check} from '../../src/config/load.js'
import type {SettingsRequest} from '../../src/config/settings.js'
import type {Settings} from '../../src/domain/settings/settings.js'
import {tempDir} from './temp-dir.js'

/** Folders like those of a machine: a project with a settings file, a home and an /etc. */
export function settingsHome(text?: string, name = '.guardianrc') {
  const root = tempDir()
  const path = (file: string) => join(root, file)
  const write = (file: string, content: string) => {
    mkdirSync(dirname(path(file)), {recursive: true})
    writeFileSync(path(file), content)
    return path(file)
  }
  mkdirSync(path('project'))
  mkdirSync(path('home'))
  if (text !== undefined) write(`project/${name}`, text)
  const request: SettingsRequest = {
    env: {},
    cwd: path('project'),
    home: path('home'),
    etc: path('etc'),
    version: '1.0.0',
    // Long after the files were written, so that they count as settled.
    nowMs: Date.now() + 60_000,
  }
  return {path, write, request, file: path(`project/${name}`)}
}

/** The settings, all of them right. Throws GuardError `config` with all problems. */
export async function checkSettings(written: unknown, file: string): Promise<Settings> {
  const {settings, error} = await check(written, file)
  if (error) throw error
  return settings
}

/** The settings as `guard config check` sees them. Throws GuardError `config` with all problems. */
export async function checkFile(request: SettingsRequest): Promise<Settings> {
  const {settings, error} = await inspectSettings(request)
  if (error) throw error
  return settings
}
