import {defineCommand} from '../../src/cli/command/definition.js'
import {exampleMessage} from '../../src/cli/wire/alerts/try-channel.js'
import {plainText} from '../../src/domain/message-text/plain.js'

export default defineCommand({
  summary: 'Show how a message would read, and send nothing',
  examples: ['guard alerts preview', 'guard alerts preview --as storm'],
  flags: {
    as: {
      type: 'text',
      summary: 'which message',
      choices: ['notice', 'failed', 'storm', 'recovered'],
      default: 'failed',
    },
  },
  async run({flags, print, openGuard}) {
    const guard = await openGuard()
    const message = exampleMessage(guard, 'preview', flags.as)
    const text = plainText(message, {timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, limitBytes: 16_384})
    print(...text.split('\n'))
    return {text}
  },
})
