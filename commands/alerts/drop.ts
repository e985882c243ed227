import {defineCommand} from '../../src/cli/command/definition.js'
import {wireOutbox} from '../../src/cli/wire/alerts/alerts.js'
import {settingsMask} from '../../src/cli/wire/settings-mask.js'
import {dropMessage} from '../../src/usecases/alert/manage-outbox.js'

export default defineCommand({
  summary: 'Take a message out of the outbox, unsent, with the reason on record',
  examples: ['guard alerts drop 3kXw --reason "old news"'],
  args: {id: {required: true, summary: 'id of the message, or the first characters of it, at least 4'}},
  flags: {reason: {type: 'text', summary: 'why it is not sent', required: true}},
  async run({args, flags, print, openGuard}) {
    const guard = await openGuard()
    guard.ensureState()
    const {message} = dropMessage(wireOutbox(guard), args.id, settingsMask(guard)(flags.reason))
    print(`dropped, unsent: ${message.title}`)
    return {dropped: message.id}
  },
})
