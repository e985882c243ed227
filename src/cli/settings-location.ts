import {homedir} from 'node:os'
import type {Where} from '../config/find.js'
import {workingDirectory} from '../config/settings.js'
import type {GlobalFlags} from './guard-command.js'

/** Where this process looks for the settings. */
export function settingsLocation(flags: GlobalFlags): Where {
  const env = process.env
  return {configFlag: flags.config, cwd: workingDirectory(env), home: homedir(), env}
}
