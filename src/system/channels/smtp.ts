import {hostname} from 'node:os'
import type {Message, Receipt} from '../../domain/delivery/message.js'
import {mailOf} from '../../domain/message-text/mail.js'
import {safeIsoTime} from '../../domain/message-text/zoned-time.js'
import type {ChannelTools, SendBy, SettingsOf} from './channel-tools.js'
import {mailSent, smtpFailure} from './smtp-outcome.js'
import {connectThroughProxy} from './tunnel.js'

type Settings = SettingsOf<'smtp'>

/**
 * Sends a mail. Messages of one group are one thread: each refers to the first one. Recipients that lack it get the
 * same mail as the others, unless the settings name that recipient no more.
 */
export const sendToMailServer: SendBy<'smtp'> = async (message, settings, tools, first, owedTo) => {
  const messageId = `<${message.id.replace(/[^\w.-]/g, '_')}@guard.${domainOf(settings.from)}>`
  const mail = await composeMail(message, settings, {timezone: tools.timezone, messageId, first, owedTo})
  if (owedTo && mail.envelope.to.length === 0) return mailSent({}, messageId)
  try {
    return mailSent(await transfer(mail, settings, tools), messageId)
  } catch (error) {
    return smtpFailure(error, `${settings.host}:${settings.port}`, tools)
  }
}

/** Host names of machines are often not names that mail servers accept. */
function domainOf(address: string): string {
  return /@([\w.-]+)/.exec(address)?.[1] ?? 'localhost'
}

interface MailHead {
  readonly timezone: string
  readonly messageId: string
  readonly first: Receipt | undefined
  readonly owedTo: readonly string[] | undefined
}

async function composeMail(message: Message, {from, to}: Settings, {timezone, messageId, first, owedTo}: MailHead) {
  // Few machines send mail themselves, and this is the largest part of it.
  const {default: MailComposer} = await import('nodemailer/lib/mail-composer')
  const thread = first?.['message_id']
  const node = new MailComposer({
    ...mailOf(message, timezone),
    ...{from, to: [...to], messageId, date: mailTime(message.atMs)},
    // The first one has a receipt of its own once some have it.
    ...(typeof thread === 'string' && thread !== messageId && {inReplyTo: thread, references: thread}),
    // Keeps autoresponders silent (RFC 3834).
    headers: {'Auto-Submitted': 'auto-generated', 'X-Guard-Level': message.level},
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile()
  const envelope = node.getEnvelope()
  const recipients = owedTo ? envelope.to.filter((one) => owedTo.includes(one)) : envelope.to
  return {envelope: {from: envelope.from || undefined, to: recipients}, content: await node.build()}
}

/** `Sun, 29 Nov 2026 22:22:30 +0000`, as RFC 5322 wants it. */
function mailTime(atMs: number): string {
  return new Date(safeIsoTime(atMs)).toUTCString().replace('GMT', '+0000')
}

async function transfer(
  mail: Awaited<ReturnType<typeof composeMail>>,
  settings: Settings,
  {secret, timeoutMs, signal, ca, proxy}: ChannelTools,
) {
  const {host, port, tls, user} = settings
  const password = settings.password && secret(settings.password, 'password')
  const {default: SmtpConnection} = await import('nodemailer/lib/smtp-connection')
  const connection = new SmtpConnection({
    ...{host, port, name: smtpName()},
    ...(proxy !== undefined && {connection: await connectThroughProxy({proxy, host, port, ca, signal})}),
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: {rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca !== undefined && {ca})},
    ...{connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, dnsTimeout: timeoutMs},
    socketCloseTimeout: 0,
  })
  const {promise, resolve, reject} = withSettlers<Parameters<typeof mailSent>[0]>()
  const give = () => reject(signal.reason)
  signal.addEventListener('abort', give, {once: true})
  connection.on('error', reject)
  const send = () =>
    connection.send(mail.envelope, mail.content, (error, info) => (error ? reject(error) : resolve(info ?? {})))
  connection.connect((error) => {
    if (error) reject(error)
    else if (user === undefined) send()
    else connection.login({user, pass: password ?? ''}, (refused) => (refused ? reject(refused) : send()))
  })
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', give)
    connection.close()
  }
}

/** Servers refuse a greeting without a valid name. */
function smtpName(): string {
  const name = hostname()
  return /^[\w-]+(\.[\w-]+)+$/.test(name) ? name : '[127.0.0.1]'
}

function withSettlers<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return {promise, resolve, reject}
}
