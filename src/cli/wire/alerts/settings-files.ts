import {statSync} from 'node:fs'
import {loadSettings} from '../../../config/settings.js'
import type {Settings} from '../../../domain/settings/settings.js'
import {homeFolder} from '../../../system/host/host.js'
import {noAnswerFrom} from '../../../system/host/served-mount.js'
import {version} from '../../build-info.js'
import type {Guard} from '../../guard.js'
import {settingsMask} from '../settings-mask.js'

/** The settings files that alerts name, for a process that stays: those that have changed are read anew. */
export interface SettingsFiles {
  /** Reads those that have changed. @returns whether one of `more` was read for the first time */
  read(more: readonly string[]): Promise<boolean>
  /** This process, with these settings; undefined for a file that could never be read. */
  of(file: string | undefined): Guard | undefined
  /** This process, with its own settings as they are now. */
  own(): Guard
  isGone(file: string): boolean
  /** Masks the secrets of all of them. */
  mask(text: string): string
}

interface Known {
  readonly stamp: string
  readonly guard: Guard | undefined
  readonly mask: (text: string) => string
}

const gone = 'gone'

/** An editor writes a file in several steps. Milliseconds. */
const quietMs = 500

/** Settings that cannot be used change nothing: what was in use stays in use. */
export function settingsFiles(guard: Guard): SettingsFiles {
  const known = new Map<string, Known>()
  const {file: ownFile} = guard.settings
  // Read once more at first, since it may have changed since this process began.
  if (ownFile !== undefined) known.set(ownFile, {stamp: '', guard, mask: settingsMask(guard)})
  const ownMask = settingsMask(guard)
  const own = () => (ownFile === undefined ? undefined : known.get(ownFile)?.guard) ?? guard
  return {
    own,
    of: (file) => (file === undefined ? own() : known.get(file)?.guard),
    isGone: (file) => known.get(file)?.stamp === gone,
    mask: (text) => [...known.values()].reduce((masked, {mask}) => mask(masked), ownMask(text)),
    read: async (more) => {
      const before = new Set(known.keys())
      for (const file of new Set([...before, ...more])) {
        const last = known.get(file)
        if (last?.stamp !== stampOf(file)) known.set(file, await readAnew(guard, file, last))
      }
      return more.some((file) => !before.has(file))
    },
  }
}

async function readAnew(guard: Guard, file: string, last: Known | undefined): Promise<Known> {
  let stamp = stampOf(file)
  for (let rest = restMs(guard, file); rest > 0 && last?.stamp !== ''; rest = restMs(guard, file)) {
    await guard.clock.sleep(rest)
    stamp = stampOf(file)
  }
  const settings = await settingsIn(file)
  const used = settings.wrong?.refusal === undefined ? {...guard, settings} : last?.guard
  return {stamp, guard: used, mask: used ? settingsMask(used) : (text) => text}
}

/** How long the file has to be left alone before it is read. */
function restMs({clock}: Guard, file: string): number {
  const ageMs = clock.now() - (statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? 0)
  return ageMs < 0 ? 0 : Math.max(0, quietMs - ageMs)
}

function settingsIn(file: string): Promise<Settings> {
  const {env} = process
  return loadSettings({configFlag: file, cwd: '/', home: homeFolder(), env, version, noAnswerFrom})
}

function stampOf(file: string): string {
  try {
    const {dev, ino, size, mtimeNs, ctimeNs} = statSync(file, {bigint: true})
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`
  } catch {
    return gone
  }
}
