import {createHash} from 'node:crypto'
import type {MessageKind, SendOutcome} from '../../domain/delivery/message.js'
import {withoutEndSlashes} from '../../domain/job/path-text.js'
import {plainText} from '../../domain/message-text/plain.js'
import type {ChannelTools, SendBy, SettingsOf} from './channel-tools.js'
import {httpOutcome} from './http-outcome.js'

/** What a monitor such as healthchecks.io is told of a run. */
export type RunPing = {
  readonly runId: string
} & ({readonly event: 'start'} | {readonly event: 'end'; readonly exitCode: number})

/** healthchecks.io keeps 100 kB of what a ping carries. */
const mostBytes = 10_000

const actions: Readonly<Record<MessageKind, string>> = {
  ...{trouble: 'fail', recovery: ''},
  ...{digest: 'log', notice: 'log', test: 'log'},
}

/** A message as a ping: trouble is a failure, its end a success, and what is neither goes into the log of the check. */
export const sendPing: SendBy<'ping'> = (message, settings, tools) => {
  const action = actions[message.kind]
  return ping(settings, tools, {action, text: plainText(message, {timezone: tools.timezone, limitBytes: mostBytes})})
}

/** Tells of a run's start and end, so that the monitor measures it and misses it. An exit status from 1 on is a failure. */
export function pingRun(run: RunPing, settings: SettingsOf<'ping'>, tools: ChannelTools): Promise<SendOutcome> {
  const action = run.event === 'start' ? 'start' : String(Math.min(255, Math.max(0, run.exitCode)))
  return ping(settings, tools, {action, text: '', rid: uuidOf(run.runId)})
}

interface Ping {
  readonly action: string
  readonly text: string
  readonly rid?: string
}

async function ping(
  settings: SettingsOf<'ping'>,
  {post, secret}: ChannelTools,
  {action, text, rid}: Ping,
): Promise<SendOutcome> {
  const base = secret(settings.url, 'url').trim()
  if (!URL.canParse(base)) return {ok: false, failure: 'permanent', reason: 'the address is not a URL'}
  const url = new URL(base)
  if (action) url.pathname = `${withoutEndSlashes(url.pathname)}/${action}`
  if (rid) url.searchParams.set('rid', rid)
  const result = await post({url: url.href, headers: {'content-type': 'text/plain; charset=utf-8'}, body: text})
  // healthchecks.io says so with status 200.
  const said = result.ok && result.status === 200 ? result.body : ''
  if (/^OK \(not found\)/i.test(said)) {
    return {ok: false, failure: 'permanent', reason: 'the monitor does not know this check; copy its address anew'}
  }
  if (/^OK \(rate limited\)/i.test(said)) {
    return {ok: false, failure: 'transient', reason: 'the monitor takes no more pings for this check within a minute'}
  }
  return httpOutcome(result, url.host, {})
}

/** A run id pairs start and end only if it is a UUID; of another one a UUID is made, always the same. */
function uuidOf(runId: string): string {
  const hex = createHash('sha256').update(runId).digest('hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-')
}
