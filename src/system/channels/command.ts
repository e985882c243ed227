import type {SendOutcome} from '../../domain/delivery/message.js'
import {redactLine} from '../../domain/failure/redact.js'
import {messageToJson} from '../../domain/message-text/json.js'
import type {CommandResult} from '../process/run-command.js'
import type {ChannelTools, SendBy} from './channel-tools.js'
import {timedOut} from './http-problem.js'

/** Hands the message to a program as JSON on standard input. Exit status 0 says that it has arrived. */
export const sendToCommand: SendBy<'command'> = async (message, {command}, tools) => {
  const input = `${JSON.stringify(messageToJson(message))}\n`
  const result = await tools.runCommand({argv: command, input, timeoutMs: tools.timeoutMs, signal: tools.signal})
  return commandFailure(result, command[0], tools) ?? {ok: true, receipt: {}}
}

/** Why a program has not delivered. @returns undefined if it ended with 0 */
export function commandFailure(
  result: CommandResult,
  program: string,
  tools: ChannelTools,
): Extract<SendOutcome, {readonly ok: false}> | undefined {
  const {exitCode, signal, spawnError, stderr} = result
  if (spawnError !== undefined) {
    const failure = spawnError === 'ENOENT' || spawnError === 'EACCES' ? 'permanent' : 'transient'
    return {ok: false, failure, reason: `${program} cannot be started (${spawnError})`}
  }
  if (exitCode === 0) return undefined
  const late = result.timedOut || timedOut(tools.signal)
  const ended = exitCode === undefined ? `was ended by ${signal ?? 'guard'}` : `ended with exit code ${exitCode}`
  const said = redactLine(stderr.trim().split('\n').at(-1) ?? '')
  const how = late ? 'did not end in time' : ended
  return {ok: false, failure: 'transient', reason: `${program} ${how}${said && `: ${said}`}`}
}
