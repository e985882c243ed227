import {defineCommand} from '../../src/cli/command/definition.js'
import {tryChannel} from '../../src/cli/try-channel.js'
import {refusedOf} from '../../src/domain/delivery/outbox-fields.js'

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
    const refused = outcome.ok ? refusedOf(outcome.receipt) : undefined
    if (!outcome.ok || refused !== undefined) process.exitCode = 1
    if (outcome.ok) print(`${args.channel} has it${refused === undefined ? '' : `, but ${refused}`}`)
    else print(`${args.channel} has it not: ${outcome.reason}`)
    return {channel: args.channel, ...outcome}
  },
})
