import {headline} from '../../domain/message-text/headline.js'
import {plainBody} from '../../domain/message-text/plain.js'
import type {SendBy} from './channel-tools.js'
import {httpOutcome} from './http-outcome.js'

/** From 1 (no sound) to 5 (sounds until it is seen). */
const priorities = {CRITICAL: 5, WARNING: 4, INFO: 2} as const

/** A longer message would arrive as a file. */
const longestMessageBytes = 4000

/** Publishes to a topic of ntfy. */
export const sendToNtfy: SendBy<'ntfy'> = async (message, settings, {post, secret, timezone}) => {
  const token = settings.token && secret(settings.token, 'token').trim()
  const over = message.kind === 'recovery'
  const body = JSON.stringify({
    topic: settings.topic,
    title: headline(message),
    message: plainBody(message, {timezone, limitBytes: longestMessageBytes}),
    priority: over ? 3 : priorities[message.level],
    tags: [over ? 'white_check_mark' : message.level === 'INFO' ? 'information_source' : 'warning'],
  })
  const headers = {'content-type': 'application/json', ...(token && {authorization: `Bearer ${token}`})}
  const result = await post({url: settings.url, headers, body})
  if (result.ok && (result.status === 401 || result.status === 403)) {
    return {ok: false, failure: 'permanent', reason: 'ntfy does not let this token write to the topic; check both'}
  }
  return httpOutcome(result, 'ntfy', {})
}
