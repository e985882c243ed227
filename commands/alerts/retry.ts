import {deliverByCommand} from '../../src/cli/alerts/deliver-alerts.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {wireOutbox} from '../../src/cli/wire/alerts/alerts.js'
import {retryMessages} from '../../src/usecases/alert/manage-outbox.js'

export default defineCommand({
  summary: 'Send what waits now, without its pause; also what was given up',
  examples: ['guard alerts retry', 'guard alerts retry 3kXw'],
  args: {id: {summary: 'id of the message, or the first characters of it, at least 4 (default: all)'}},
  async run({args, print, openGuard}) {
    const guard = await openGuard()
    guard.ensureState()
    const retried = retryMessages(wireOutbox(guard), args.id)
    const {waiting, text} = await deliverByCommand(guard, {job: undefined, stays: false})
    print(retried === 0 ? 'nothing waits' : `${retried} tried again, ${text}`)
    return {retried, waiting}
  },
})
