import {defineCommand} from '../../src/cli/command/definition.js'
import {outboxToJson, renderOutbox} from '../../src/cli/render/outbox.js'
import {wireOutbox} from '../../src/cli/wire/alerts/alerts.js'

export default defineCommand({
  summary: 'What waits to be sent and why, and what was given up',
  examples: ['guard alerts outbox', 'guard alerts outbox --json'],
  async run({show, openGuard}) {
    const guard = await openGuard()
    const state = wireOutbox(guard).outbox.read()
    show(renderOutbox, state)
    return outboxToJson(state)
  },
})
