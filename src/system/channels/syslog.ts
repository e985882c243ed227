import {plainLine} from '../../domain/message-text/plain.js'
import {toolsPath} from '../host/tools-path.js'
import type {SendBy} from './channel-tools.js'
import {commandFailure} from './command.js'

const severities = {CRITICAL: 'crit', WARNING: 'warning', INFO: 'info'} as const

/** logger(1) cuts at 1 KiB unless told otherwise, rsyslog at 8 KiB with what stands in front. */
const [lineBytes, loggerBytes] = [7000, 8000]

/** Writes one line to the system log with logger(1). */
export const sendToSyslog: SendBy<'syslog'> = async (message, {facility, tag, socket}, tools) => {
  const priority = `${facility}.${severities[message.level]}`
  const text = plainLine(message, {timezone: tools.timezone, limitBytes: lineBytes})
  const options = ['--tag', tag, '--priority', priority, '--size', String(loggerBytes), '--socket-errors=on']
  const result = await tools.runCommand({
    argv: ['logger', ...options, ...(socket === undefined ? [] : ['--socket', socket]), '--', text],
    env: {PATH: toolsPath()},
    timeoutMs: tools.timeoutMs,
    signal: tools.signal,
  })
  return commandFailure(result, 'logger', tools) ?? {ok: true, receipt: {}}
}
