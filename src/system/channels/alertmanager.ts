import type {Message, Receipt} from '../../domain/delivery/message.js'
import {withoutEndSlashes} from '../../domain/job/path-text.js'
import {cleanLine} from '../../domain/message-text/clean.js'
import {plainBody} from '../../domain/message-text/plain.js'
import {safeIsoTime} from '../../domain/message-text/zoned-time.js'
import type {AlertLevel} from '../../domain/settings/job.js'
import type {ChannelTools, SendBy, SettingsOf} from './channel-tools.js'
import {httpOutcome} from './http-outcome.js'

/**
 * Alertmanager ends an alert by itself that is not posted again within its `resolve_timeout`, and would tell of a recovery
 * that there was none of. So trouble gets an end far beyond the last repetition.
 */
const troubleLastsMs = 30 * 86_400_000

/** A notice ends by itself. */
const noticeLastsMs = 300_000

const levels: readonly AlertLevel[] = ['CRITICAL', 'WARNING', 'INFO']

const annotationBytes = 16 * 1024

/** Posts alerts to Alertmanager: one for each group and level, so that its own routes can ask for the severity. */
export const sendToAlertmanager: SendBy<'alertmanager'> = async (message, settings, tools, first) => {
  const {post, timezone} = tools
  const text = plainBody(message, {timezone, limitBytes: annotationBytes})
  const body = JSON.stringify(alertsOf(message, text, first))
  const url = `${withoutEndSlashes(settings.url)}/api/v2/alerts`
  const result = await post({url, headers: {'content-type': 'application/json', ...loginOf(settings, tools)}, body})
  const outcome = httpOutcome(result, 'Alertmanager', {level: message.level})
  const isRefused = !outcome.ok && result.ok && (result.status === 401 || result.status === 403)
  return isRefused ? {...outcome, reason: `${outcome.reason}; check user and password, or token`} : outcome
}

function loginOf(
  {user, password, token}: SettingsOf<'alertmanager'>,
  {secret}: ChannelTools,
): {authorization?: string} {
  if (token) return {authorization: `Bearer ${secret(token, 'token').trim()}`}
  if (user === undefined || !password) return {}
  return {authorization: `Basic ${Buffer.from(`${user}:${secret(password, 'password').trim()}`).toString('base64')}`}
}

function alertsOf(message: Message, text: string, first: Receipt | undefined): object[] {
  const {kind, level, atMs} = message
  // The level is a label, and other labels are another alert: a recovery ends those of all levels.
  if (kind === 'recovery') return levels.map((one) => alert(message, {level: one, text, endsMs: atMs}))
  if (kind !== 'trouble') return [alert(message, {level, text, endsMs: atMs + noticeLastsMs})]
  const now = alert(message, {level, text, endsMs: atMs + troubleLastsMs})
  const before = levels.find((one) => one === first?.['level'] && one !== level)
  return before ? [now, alert(message, {level: before, text, endsMs: atMs})] : [now]
}

interface AlertAt {
  readonly level: AlertLevel
  readonly text: string
  /** Wall clock. */
  readonly endsMs: number
}

function alert(message: Message, {level, text, endsMs}: AlertAt): object {
  return {
    labels: {
      alertname: message.kind === 'trouble' || message.kind === 'recovery' ? 'GuardTrouble' : 'GuardNotice',
      severity: level.toLowerCase(),
      instance: message.host,
      guard_group: message.group,
    },
    annotations: {
      summary: cleanLine(message.title),
      description: text,
      jobs: message.jobs.map(({job}) => job).join(', '),
      message_id: message.id,
    },
    startsAt: safeIsoTime(Math.min(message.firstMs, endsMs)),
    endsAt: safeIsoTime(endsMs),
  }
}
