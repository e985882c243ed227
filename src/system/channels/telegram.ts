import type {Message, Receipt, SendOutcome} from '../../domain/delivery/message.js'
import {withoutEndSlashes} from '../../domain/job/path-text.js'
import {headOf} from '../../domain/message-text/clean.js'
import {plainText} from '../../domain/message-text/plain.js'
import {telegramHtml, telegramLimit} from '../../domain/message-text/telegram-html.js'
import type {ChannelTools, SendBy, SettingsOf} from './channel-tools.js'
import type {HttpProblem} from './http-problem.js'
import {type BotAnswer, parseBotAnswer, telegramFailure} from './telegram-answer.js'

/** An edit makes no sound and stays where the message is, so an old message is not edited but followed by a new one. */
const editableForMs = 3_600_000

/** Sends by the Bot API of Telegram. More of the same trouble edits the first message of its group. */
export const sendToTelegram: SendBy<'telegram'> = async (message, settings, tools, first) => {
  const bot = openBot(settings, tools)
  // The settings may name another chat since the first message.
  const here = first?.['chat'] === settings.chat ? first : undefined
  if (isEditable(message, here)) {
    const edited = await editFirst(bot, message, tools, here)
    if (edited) return edited
  }
  return sendNew(bot, message, {settings, tools, first: here})
}

type Bot = (method: string, fields: object) => Promise<BotAnswer | HttpProblem>

function openBot({url, token}: SettingsOf<'telegram'>, tools: ChannelTools): Bot {
  const secret = tools.secret(token, 'token').trim()
  const base = `${withoutEndSlashes(url)}/bot${secret}`
  return async (method, fields) => {
    const headers = {'content-type': 'application/json'}
    const result = await tools.post({url: `${base}/${method}`, headers, body: JSON.stringify(fields)})
    return result.ok ? parseBotAnswer(result) : result
  }
}

function isEditable({kind, level, atMs}: Message, first: Receipt | undefined): first is Receipt {
  if (kind !== 'trouble' || typeof first?.['message_id'] !== 'number') return false
  return first['level'] === level && atMs - Number(first['at']) < editableForMs
}

/** @returns undefined if the message is gone or can no longer be edited */
async function editFirst(bot: Bot, message: Message, {timezone}: ChannelTools, first: Receipt) {
  const {chat_id, message_id} = first
  const text = telegramHtml(message, timezone)
  const fields = {chat_id, message_id, text, parse_mode: 'HTML', link_preview_options: {is_disabled: true}}
  const answer = await bot('editMessageText', fields)
  // Also where an earlier attempt has arrived and its answer has not.
  const done = 'result' in answer || ('description' in answer && /not modified/i.test(answer.description))
  if (done) return {ok: true, receipt: first} as const
  if ('reason' in answer) return answer
  return answer.code === 400 ? undefined : telegramFailure(answer)
}

interface Sending {
  readonly settings: SettingsOf<'telegram'>
  readonly tools: ChannelTools
  readonly first: Receipt | undefined
}

async function sendNew(bot: Bot, message: Message, {settings, tools, first}: Sending): Promise<SendOutcome> {
  const chat = first?.['chat_id'] ?? settings.chat
  const replyTo = first?.['message_id']
  const fields = {
    chat_id: chat,
    text: telegramHtml(message, tools.timezone),
    parse_mode: 'HTML',
    disable_notification: message.level === 'INFO',
    link_preview_options: {is_disabled: true},
    ...(settings.topic !== undefined && {message_thread_id: settings.topic}),
    ...(replyTo !== undefined && {reply_parameters: {message_id: replyTo, allow_sending_without_reply: true}}),
  }
  const answer = await sendRepaired(bot, fields, () => plainFor(message, tools))
  if ('reason' in answer) return answer
  if (!('result' in answer)) return telegramFailure(answer)
  const {message_id, chat_id = chat} = answer.result
  return {ok: true, receipt: {chat: settings.chat, chat_id, message_id, level: message.level, at: message.atMs}}
}

/** Sends again, once for each, to the chat that has taken the place of this one, and as plain text. */
async function sendRepaired(bot: Bot, fields: object, plain: () => string): Promise<BotAnswer | HttpProblem> {
  let sent: object = fields
  let answer = await bot('sendMessage', sent)
  if ('migratedTo' in answer && answer.migratedTo !== undefined) {
    const {reply_parameters: _, ...kept} = sent as {readonly reply_parameters?: object}
    sent = {...kept, chat_id: answer.migratedTo}
    answer = await bot('sendMessage', sent)
  }
  if ('description' in answer && /can't parse entities/i.test(answer.description)) {
    const {parse_mode: _, ...kept} = sent as {readonly parse_mode?: string}
    answer = await bot('sendMessage', {...kept, text: plain()})
  }
  return answer
}

function plainFor(message: Message, {timezone}: ChannelTools): string {
  return headOf(plainText(message, {timezone, limitBytes: telegramLimit}), telegramLimit)
}
