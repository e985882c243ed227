import {createHash} from 'node:crypto'
import type {Message, Receipt} from '../../domain/delivery/message.js'
import {withoutEndSlashes} from '../../domain/job/path-text.js'
import {cleanLine, headOf} from '../../domain/message-text/clean.js'
import {headline} from '../../domain/message-text/headline.js'
import {plainBody} from '../../domain/message-text/plain.js'
import {safeIsoTime} from '../../domain/message-text/zoned-time.js'
import type {SendBy} from './channel-tools.js'
import {httpOutcome} from './http-outcome.js'

const severities = {CRITICAL: 'critical', WARNING: 'warning', INFO: 'info'} as const

/** PagerDuty's limits: characters of a key, characters of a summary, bytes of the details (an event has 512 KiB). */
const [longestKey, longestSummary, mostDetails] = [255, 1024, 64 * 1024]

/**
 * Sends events to the Events API, version 2: all messages of a host about a group are one incident, which a recovery
 * resolves.
 */
export const sendToPagerDuty: SendBy<'pagerduty'> = async (message, settings, {post, secret, timezone}, first) => {
  const dedupKey = openKey(first) ?? dedupKeyOf(message)
  const event = {
    routing_key: secret(settings.routingKey, 'routingKey').trim(),
    event_action: message.kind === 'recovery' ? 'resolve' : 'trigger',
    dedup_key: dedupKey,
    payload: payloadOf(message, plainBody(message, {timezone, limitBytes: mostDetails})),
    client: 'guard',
  }
  const url = `${withoutEndSlashes(settings.url)}/v2/enqueue`
  const headers = {'content-type': 'application/json'}
  return httpOutcome(await post({url, headers, body: JSON.stringify(event)}), 'PagerDuty', {dedup_key: dedupKey})
}

function payloadOf(message: Message, text: string): object {
  const [job] = message.jobs
  return {
    summary: headOf(headline(message), longestSummary),
    source: cleanLine(message.host) || 'unknown',
    severity: severities[message.level],
    timestamp: safeIsoTime(message.firstMs),
    group: headOf(message.group, longestKey),
    ...(message.jobCount === 1 && job && {component: job.job}),
    ...(job?.failureClass !== undefined && {class: job.failureClass}),
    custom_details: {text, message_id: message.id, jobs: message.jobCount},
  }
}

/** The key under which the incident was opened: by an older guard it was another one. */
function openKey(first: Receipt | undefined): string | undefined {
  const key = first?.['dedup_key']
  return typeof key === 'string' ? key : undefined
}

/** Hosts may share a routing key, and one of them is well while the same job of another one still fails. */
function dedupKeyOf({host, group}: Message): string {
  const key = `${host}: ${group}`
  return key.length <= longestKey ? key : createHash('sha256').update(key).digest('hex')
}
