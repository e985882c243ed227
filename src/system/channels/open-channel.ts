import {readFile} from 'node:fs/promises'
import type {Message, SendOutcome} from '../../domain/delivery/message.js'
import {cleanLine, headOf} from '../../domain/message-text/clean.js'
import type {ChannelSettings} from '../../domain/settings/alerting.js'
import {GuardError} from '../../errors.js'
import {codeOf} from '../host/error-code.js'
import {runCommand} from '../process/run-command.js'
import type {Channel, SendContext} from './channel.js'
import {type ChannelSecrets, channelSecrets} from './channel-secrets.js'
import type {ChannelTools, SettingsOf} from './channel-tools.js'
import type {RunPing} from './ping.js'
import {post} from './post.js'
import {withTimeLimit} from './time-limit.js'

interface ChannelDeps {
  /** IANA name, for times in texts. */
  readonly timezone: string
}

/** The channel of that name in the settings. What its type needs is loaded when it sends. */
export function openChannel(name: string, settings: ChannelSettings, deps: ChannelDeps): Channel {
  return {
    send: (message, context) =>
      attempt(name, settings, {...deps, signal: context.signal}, (tools) => sendBy(settings, message, tools, context)),
  }
}

/** Tells the monitor behind a ping channel that a run has started or ended. */
export function sendRunPing(
  name: string,
  settings: SettingsOf<'ping'>,
  run: RunPing,
  deps: AttemptDeps,
): Promise<SendOutcome> {
  return attempt(name, settings, deps, async (tools) => (await import('./ping.js')).pingRun(run, settings, tools))
}

interface AttemptDeps extends ChannelDeps {
  readonly signal: AbortSignal
}

/** Makes an outcome of everything that can go wrong, without the secrets of the channel. */
async function attempt(
  name: string,
  settings: ChannelSettings,
  deps: AttemptDeps,
  send: (tools: ChannelTools) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const secrets = channelSecrets(name)
  try {
    const outcome = await send(await toolsOf(settings, deps, secrets))
    return masked(outcome, secrets)
  } catch (error) {
    if (error instanceof GuardError) return {ok: false, failure: 'deferred', reason: secrets.mask(error.message)}
    // The texts of other errors can hold addresses and headers.
    const what = codeOf(error) ?? (error instanceof Error ? error.name : 'unknown')
    return {ok: false, failure: 'transient', reason: `${settings.type}: the attempt failed (${what})`}
  }
}

const longestReason = 1000

function masked(outcome: SendOutcome, {mask}: ChannelSecrets): SendOutcome {
  if (!outcome.ok) return {...outcome, reason: headOf(cleanLine(mask(outcome.reason)), longestReason)}
  const entries = Object.entries(outcome.receipt)
  const receipt = entries.map(([key, value]) => [key, typeof value === 'string' ? mask(value) : value] as const)
  const {owed} = outcome
  return {ok: true, receipt: Object.fromEntries(receipt), ...(owed && {owed: {...owed, reason: mask(owed.reason)}})}
}

async function toolsOf(
  settings: ChannelSettings,
  {timezone, signal}: AttemptDeps,
  secrets: ChannelSecrets,
): Promise<ChannelTools> {
  const {timeoutMs} = settings
  // Some channels make several requests: one limit for all of them.
  const within = withTimeLimit(signal, timeoutMs)
  const {proxy, ca} = await wayOf(settings, secrets)
  return {
    post: (request) => post(request, {proxy, ca, timeoutMs, signal: within}),
    ...{runCommand, secret: secrets.read, timezone, timeoutMs, signal: within, proxy, ca},
  }
}

async function wayOf(settings: ChannelSettings, secrets: ChannelSecrets) {
  const proxy = settings.proxy === undefined ? undefined : secrets.read(settings.proxy, 'proxy').trim()
  const ca = settings.ca === undefined ? undefined : await readAuthorities(settings.ca)
  return {proxy, ca}
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new GuardError('config', `the certificates in ${path} cannot be read (${codeOf(error) ?? 'unknown'})`)
  }
}

/** Loads what the type needs, which no other command does. */
async function sendBy(
  settings: ChannelSettings,
  message: Message,
  tools: ChannelTools,
  {first, owedTo}: SendContext,
): Promise<SendOutcome> {
  switch (settings.type) {
    case 'telegram':
      return (await import('./telegram.js')).sendToTelegram(message, settings, tools, first)
    case 'slack':
      return (await import('./slack.js')).sendToSlack(message, settings, tools, first)
    case 'webhook':
      return (await import('./webhook.js')).sendToWebhook(message, settings, tools, first)
    case 'smtp':
      return (await import('./smtp.js')).sendToMailServer(message, settings, tools, first, owedTo)
    case 'pagerduty':
      return (await import('./pagerduty.js')).sendToPagerDuty(message, settings, tools, first)
    case 'ntfy':
      return (await import('./ntfy.js')).sendToNtfy(message, settings, tools, first)
    case 'ping':
      return (await import('./ping.js')).sendPing(message, settings, tools, first)
    case 'syslog':
      return (await import('./syslog.js')).sendToSyslog(message, settings, tools, first)
    case 'file':
      return (await import('./file.js')).sendToFile(message, settings, tools, first)
    case 'command':
      return (await import('./command.js')).sendToCommand(message, settings, tools, first)
    case 'alertmanager':
      return (await import('./alertmanager.js')).sendToAlertmanager(message, settings, tools, first)
    case 'apprise':
      return (await import('./apprise.js')).sendToApprise(message, settings, tools, first)
  }
}
