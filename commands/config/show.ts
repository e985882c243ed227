import {boolean} from '@oclif/core/flags'
import {effectiveSettings} from '../../src/cli/effective-settings.js'
import {GuardCommand} from '../../src/cli/guard-command.js'
import {renderEntries} from '../../src/cli/render/config.js'
import {settingsLocation} from '../../src/cli/settings-location.js'
import {withoutSecrets} from '../../src/config/display.js'
import {inspectSettings} from '../../src/config/inspect.js'

export default class ConfigShow extends GuardCommand {
  static override summary = 'Show the settings in effect, defaults included; secrets are references and stay so'
  static override examples = [
    '<%= config.bin %> config show',
    '<%= config.bin %> config show --origin',
    '<%= config.bin %> config show --json',
  ]

  static override flags = {origin: boolean({summary: 'show where each value comes from'})}

  async run(): Promise<object> {
    const {flags} = await this.parse(ConfigShow)
    const inspected = await inspectSettings(settingsLocation(flags))
    const {stateDir, logDir} = await this.openGuard(flags)
    const file = inspected.file ?? null
    const entries = effectiveSettings(inspected, {stateDir, logDir, flag: flags['state-dir']})
    this.print(renderEntries(entries, flags.origin))
    return flags.origin
      ? {file, values: entries}
      : {file, settings: {...withoutSecrets(inspected.settings), stateDir, logDir}}
  }
}
