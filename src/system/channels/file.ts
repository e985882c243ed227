import {appendFile} from 'node:fs/promises'
import {messageToJson} from '../../domain/message-text/json.js'
import type {SendBy} from './channel-tools.js'

/** Appends the message to a file, one line of JSON. */
export const sendToFile: SendBy<'file'> = async (message, {path}) => {
  try {
    await appendFile(path, `${JSON.stringify(messageToJson(message))}\n`, {mode: 0o600})
    return {ok: true, receipt: {}}
  } catch (error) {
    const {code = 'error'} = error as NodeJS.ErrnoException
    return {ok: false, failure: 'transient', reason: `${path} cannot be written (${code})`}
  }
}
