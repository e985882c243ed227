import {createHmac} from 'node:crypto'
import type {SendOutcome} from '../../domain/delivery/message.js'
import {messageToJson} from '../../domain/message-text/json.js'
import {safeIsoTime} from '../../domain/message-text/zoned-time.js'
import type {SendBy} from './channel-tools.js'
import {hostOf, httpOutcome} from './http-outcome.js'

/** Sends JSON to any address, signed as Standard Webhooks describes it. While keys rotate both sign. */
export const sendToWebhook: SendBy<'webhook'> = async (message, settings, {post, secret}) => {
  const url = secret(settings.url, 'url').trim()
  const keys = settings.secrets.map((one, index) => signingKey(secret(one, `secrets[${index}]`)))
  if (keys.includes(undefined)) return wrongSecret
  const body = JSON.stringify({
    type: `guard.${message.kind}`,
    timestamp: safeIsoTime(message.atMs),
    data: messageToJson(message),
  })
  const own = Object.entries(settings.headers).map(([name, value]) => [name, secret(value, `headers.${name}`)])
  const seconds = Math.floor(Date.now() / 1000)
  const signatures = keys.map((key = Buffer.alloc(0)) => sign(key, `${message.id}.${seconds}.${body}`))
  const headers = {
    'content-type': 'application/json',
    ...Object.fromEntries(own),
    'webhook-id': message.id,
    'webhook-timestamp': String(seconds),
    ...(signatures.length > 0 && {'webhook-signature': signatures.join(' ')}),
  }
  return httpOutcome(await post({url, method: settings.method, headers, body}), hostOf(url), {})
}

const wrongSecret: SendOutcome = {
  ok: false,
  failure: 'permanent',
  reason: 'a signing secret is not `whsec_` and 24 to 64 bytes in base64',
}

/** @returns undefined if it is none */
function signingKey(text: string): Buffer | undefined {
  const base64 = text.trim().replace(/^whsec_/, '')
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0)
  return key.length >= 24 && key.length <= 64 ? key : undefined
}

function sign(key: Buffer, text: string): string {
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`
}
