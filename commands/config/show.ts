import {defineCommand} from '../../src/cli/command/definition.js'
import {renderEntries} from '../../src/cli/render/config.js'
import {effectiveSettings} from '../../src/cli/settings/effective-settings.js'
import {settingsLocation} from '../../src/cli/settings/settings-location.js'
import {withoutSecrets} from '../../src/config/display.js'
import {inspectSettings} from '../../src/config/inspect.js'

export default defineCommand({
  summary: 'Show the settings in effect, defaults included, without secrets',
  examples: ['guard config show', 'guard config show --origin', 'guard config show --json'],
  flags: {origin: {type: 'boolean', summary: 'show where each value comes from'}},
  async run({flags, openGuard, show}) {
    const inspected = await inspectSettings(settingsLocation(flags))
    const {stateDir, logDir} = await openGuard()
    const file = inspected.file ?? null
    const entries = effectiveSettings(inspected, {stateDir, logDir, flag: flags['state-dir']})
    const shown = entries.map(({key, value, origin}) => ({key, json: JSON.stringify(value), origin}))
    show(renderEntries, shown, flags.origin === true)
    return flags.origin
      ? {file, values: entries}
      : {file, settings: {...withoutSecrets(inspected.settings), stateDir, logDir}}
  },
})
