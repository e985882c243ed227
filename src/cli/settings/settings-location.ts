import type {Where} from '../../config/find.js'
import {workingDirectory} from '../../config/settings.js'
import {homeFolder} from '../../system/host/host.js'

/** Where this process looks for the settings. */
export function settingsLocation(flags: {readonly config?: string | undefined}): Where {
  const env = process.env
  return {configFlag: flags.config, cwd: workingDirectory(env), home: homeFolder(), env}
}
