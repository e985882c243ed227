import {headline} from '../../domain/message-text/headline.js'
import {plainBody} from '../../domain/message-text/plain.js'
import {toolsPath} from '../host/tools-path.js'
import type {SendBy} from './channel-tools.js'
import {commandFailure} from './command.js'

/** Most services take less; apprise cuts for each as it needs. */
const longestBodyBytes = 32 * 1024

/** Sends with the program apprise. The address, which holds secrets, is in its environment and not in the list of processes. */
export const sendToApprise: SendBy<'apprise'> = async (message, settings, tools) => {
  const urls = tools.secret(settings.url, 'url').trim()
  const type =
    message.kind === 'recovery' ? 'success' : {CRITICAL: 'failure', WARNING: 'warning', INFO: 'info'}[message.level]
  const result = await tools.runCommand({
    argv: ['apprise', '--title', headline(message), '--notification-type', type, '--input-format', 'text'],
    input: plainBody(message, {timezone: tools.timezone, limitBytes: longestBodyBytes}),
    env: {PATH: toolsPath(), APPRISE_URLS: urls},
    timeoutMs: tools.timeoutMs,
    signal: tools.signal,
  })
  const failure = commandFailure(result, 'apprise', tools)
  // Its exit status does not say whether another attempt could succeed.
  return failure ? {...failure, failure: 'transient'} : {ok: true, receipt: {}}
}
