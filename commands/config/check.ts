import {defineCommand} from '../../src/cli/command/definition.js'
import {warningLines} from '../../src/cli/render/config.js'
import {secretProblems} from '../../src/cli/settings/secret-problems.js'
import {settingsLocation} from '../../src/cli/settings/settings-location.js'
import {bothOf, inspectSettings} from '../../src/config/inspect.js'

export default defineCommand({
  summary: 'Check the settings: every problem at once, each with its key and what to write',
  examples: ['guard config check', 'guard config check --config /etc/guardian/config.yaml'],
  async run({flags, print}) {
    const {file, settings, error: ofFile, warnings} = await inspectSettings(settingsLocation(flags))
    const error = bothOf(ofFile, file === undefined ? undefined : secretProblems(file, settings))
    print(...warningLines(warnings))
    if (error) throw error
    const jobs = Object.keys(settings.jobs).length
    print(file === undefined ? 'no settings file; everything is default' : `${file} is right; jobs: ${jobs}`)
    return {ok: true, file: file ?? null, jobs, warnings}
  },
})
