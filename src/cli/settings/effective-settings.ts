import {settingsAsWritten} from '../../config/display.js'
import type {Inspected} from '../../config/inspect.js'
import {type Origin, type SettingEntry, settingEntriesOf} from '../../config/origin.js'

interface Places {
  readonly stateDir: string
  readonly logDir: string
  /** What `--state-dir` or its variable said. */
  readonly flag: string | undefined
}

/** Every value in effect and its origin; the directories are those that this call would use. */
export function effectiveSettings(
  {settings, file, written}: Inspected,
  {stateDir, logDir, flag}: Places,
): SettingEntry[] {
  const shown = {stateDir, logDir, ...settingsAsWritten({...settings, stateDir, logDir})}
  const entries = settingEntriesOf(shown, {file, written})
  if (flag === undefined) return entries
  return entries.map((entry) => (entry.key === 'stateDir' ? {...entry, origin: originOfFlag(flag)} : entry))
}

function originOfFlag(flag: string): Origin {
  const name = 'GUARD_STATE_DIR'
  return process.env[name] === flag ? {from: 'env', name} : {from: 'flag', name: '--state-dir'}
}
