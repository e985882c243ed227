import {defineCommand} from '../../src/cli/command/definition.js'
import {tryChannel} from '../../src/cli/wire/alerts/try-channel.js'
import {missedBy} from '../../src/domain/delivery/outbox-fields.js'

export default defineCommand({
  summary: 'Send an example by a channel, and say what became of it',
  examples: ['guard alerts test ops', 'guard alerts test ops --as storm'],
  args: {channel: {required: true, summary: 'name of the channel in the settings'}},
  flags: {
    as: {
      type: 'text',
      summary: 'what to send',
      choices: ['notice', 'failed', 'storm', 'recovered'],
      default: 'notice',
    },
  },
  async run({args, flags, print, openGuard}) {
    const guard = await openGuard()
    const {outcome} = await tryChannel(guard, args.channel, flags.as)
    const missed = outcome.ok ? missedBy(outcome.receipt, outcome.owed?.reason) : undefined
    if (!outcome.ok || missed !== undefined) process.exitCode = 1
    if (outcome.ok) print(`${args.channel} has it${missed === undefined ? '' : `, but ${missed}`}`)
    else print(`${args.channel} has it not: ${outcome.reason}`)
    return {channel: args.channel, ...outcome}
  },
})
