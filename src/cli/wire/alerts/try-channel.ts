import {composeTest} from '../../../domain/delivery/compose.js'
import type {JobNews, Message} from '../../../domain/delivery/message.js'
import {closestNames} from '../../../domain/settings/suggest.js'
import type {WrongSettings} from '../../../domain/settings/wrong.js'
import {GuardError} from '../../../errors.js'
import {openChannel} from '../../../system/channels/open-channel.js'
import {readBootRef} from '../../../system/host/host.js'
import type {Guard} from '../../guard.js'
import {settingsMask} from '../settings-mask.js'

type Example = 'notice' | 'failed' | 'storm' | 'recovered'

/**
 * Sends an example by a channel, past the outbox. Throws GuardError `usage` for an unknown channel, `config` for one whose
 * settings are wrong.
 */
export async function tryChannel(guard: Guard, name: string, example: Example) {
  const {channels, wrong} = guard.settings
  const settings = Object.hasOwn(channels, name) ? channels[name] : undefined
  if (!settings) {
    if (wrong) refuseWrongChannel(wrong, name)
    const near = closestNames(name, Object.keys(channels)).map((one) => `did you mean ${one}?`)
    throw new GuardError('usage', `the settings have no channel ${name}`, near)
  }
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const signal = AbortSignal.timeout(settings.timeoutMs)
  const message = exampleMessage(guard, name, example)
  const outcome = await openChannel(name, settings, {timezone}).send(message, {signal, first: undefined})
  return {message, outcome: outcome.ok ? outcome : {...outcome, reason: settingsMask(guard)(outcome.reason)}}
}

function refuseWrongChannel({parts, message, refusal}: WrongSettings, name: string): void {
  const part = `channels.${name}`
  if (refusal === undefined && !parts.includes(part) && !parts.includes('channels')) return
  const lines = message.split('\n').map((line) => line.trim())
  const problems = lines.filter((line) => line.startsWith(`${part}.`) || line.startsWith(`${part}:`))
  const why = problems.length > 0 ? problems.join('; ') : (refusal ?? lines.join('; '))
  throw new GuardError('config', `channel ${name} is not used, because its settings are wrong: ${why}`, [
    'correct it and check it: guard config check',
  ])
}

/** A message as it would be, about a job that does not exist. */
export function exampleMessage({clock, newId}: Guard, channel: string, example: Example): Message {
  const nowMs = clock.now()
  const writing = {id: newId(), host: readBootRef().host, nowMs}
  const news = (job: string): JobNews => ({
    job,
    level: 'CRITICAL',
    reason: `${job} is failing: its last run failed`,
    outcome: 'failed',
    failureClass: 'connection',
    badRuns: 3,
    durationMs: 12_400,
    errorLine: 'connect ECONNREFUSED 10.0.0.5:5432',
    tried: ['2 attempts', 'restart database'],
    lastLines: ['loading 4 accounts', 'connect ECONNREFUSED 10.0.0.5:5432'],
    healthySinceMs: nowMs - 3_600_000,
    sinceMs: nowMs - 600_000,
  })
  const titles: Readonly<Record<Example, string>> = {
    notice: 'alerts of guard arrive here',
    failed: 'example-job: connect ECONNREFUSED 10.0.0.5:5432',
    storm: '40 jobs in trouble: connect ECONNREFUSED 10.0.0.5:5432',
    recovered: 'example-job is well again after 10m',
  }
  const message = composeTest(channel, example === 'failed' ? news('example-job') : undefined, {
    ...writing,
    title: titles[example],
  })
  if (example === 'recovered') return {...message, durationMs: 600_000, firstMs: nowMs - 600_000}
  if (example !== 'storm') return message
  const jobs = Array.from({length: 10}, (_, index) => news(`example-job-${index + 1}`))
  return {...message, level: 'CRITICAL', jobs, jobCount: 40, cause: 'connection: connect econnrefused <address>:5432'}
}
