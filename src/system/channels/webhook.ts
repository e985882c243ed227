import {createHmac} from 'node:crypto'
import {messageToJson} from '../../domain/message-text/json.js'
import {safeIsoTime} from '../../domain/message-text/zoned-time.js'
import {signingSecretProblem} from '../../domain/settings/address.js'
import type {SendBy} from './channel-tools.js'
import {hostOf, httpOutcome} from './http-outcome.js'

/** Sends JSON to any address, signed as Standard Webhooks describes it. While keys rotate both sign. */
export const sendToWebhook: SendBy<'webhook'> = async (message, settings, {post, secret}) => {
  const url = secret(settings.url, 'url').trim()
  const secrets = settings.secrets.map((one, index) => secret(one, `secrets[${index}]`))
  const problem = secrets.map(signingSecretProblem).find((one) => one !== undefined)
  if (problem !== undefined) return {ok: false, failure: 'permanent', reason: `a signing secret ${problem}`}
  const body = JSON.stringify({
    type: `guard.${message.kind}`,
    timestamp: safeIsoTime(message.atMs),
    data: messageToJson(message),
  })
  const own = Object.entries(settings.headers).map(([name, value]) => [name, secret(value, `headers.${name}`)])
  const seconds = Math.floor(Date.now() / 1000)
  const signatures = secrets.map((one) => sign(signingKey(one), `${message.id}.${seconds}.${body}`))
  const headers = {
    'content-type': 'application/json',
    ...Object.fromEntries(own),
    'webhook-id': message.id,
    'webhook-timestamp': String(seconds),
    ...(signatures.length > 0 && {'webhook-signature': signatures.join(' ')}),
  }
  return httpOutcome(await post({url, method: settings.method, headers, body}), hostOf(url), {})
}

function signingKey(text: string): Buffer {
  return Buffer.from(text.trim().replace(/^whsec_/, ''), 'base64')
}

function sign(key: Buffer, text: string): string {
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`
}
