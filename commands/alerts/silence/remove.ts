import {defineCommand} from '../../../src/cli/command/definition.js'
import {patternText, silenceToJson} from '../../../src/cli/render/silence.js'
import {wireSilences} from '../../../src/cli/wire/alerts/alerts.js'
import {removeSilence} from '../../../src/usecases/alert/manage-silences.js'

export default defineCommand({
  summary: 'End a silence now',
  examples: ['guard alerts silence remove 3kXw'],
  args: {id: {required: true, summary: 'id of the silence, or the first characters of it, at least 4'}},
  async run({args, print, openGuard}) {
    const guard = await openGuard()
    guard.ensureState()
    const silence = removeSilence(wireSilences(guard), args.id)
    print(`no longer silent: ${patternText(silence)}`)
    return silenceToJson(silence)
  },
})
