import {GuardCommand} from '../../src/cli/guard-command.js'
import {settingsLocation} from '../../src/cli/settings-location.js'
import {inspectSettings} from '../../src/config/inspect.js'

export default class ConfigCheck extends GuardCommand {
  static override summary = 'Check the settings: every problem at once, each with its key and what to write'
  static override examples = [
    '<%= config.bin %> config check',
    '<%= config.bin %> config check --config /etc/guardian/config.yaml',
  ]

  async run(): Promise<object> {
    const {flags} = await this.parse(ConfigCheck)
    const {file, settings, error, warnings} = await inspectSettings(settingsLocation(flags))
    this.print(warnings.map(({level, of, text}) => `${level}: ${of} ${text}`).join('\n'))
    if (error) throw error
    const jobs = Object.keys(settings.jobs).length
    this.print(file === undefined ? 'no settings file; everything is default' : `${file} is right; jobs: ${jobs}`)
    return {ok: true, file: file ?? null, jobs, warnings}
  }
}
