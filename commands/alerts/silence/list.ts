import {defineCommand} from '../../../src/cli/command/definition.js'
import {renderSilences, silenceToJson} from '../../../src/cli/render/silence.js'
import {wireSilences} from '../../../src/cli/wire/alerts/alerts.js'
import {activeSilences} from '../../../src/usecases/alert/manage-silences.js'

export default defineCommand({
  summary: 'The silences that are in force',
  examples: ['guard alerts silence list', 'guard alerts silence list --json'],
  async run({print, show, openGuard}) {
    const guard = await openGuard()
    const silences = activeSilences(wireSilences(guard))
    if (silences.length === 0) print('nothing is silenced')
    else show(renderSilences, silences)
    return {silences: silences.map(silenceToJson)}
  },
})
