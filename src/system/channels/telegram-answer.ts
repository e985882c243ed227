import type {SendOutcome} from '../../domain/delivery/message.js'
import {redactLine} from '../../domain/failure/redact.js'
import type {HttpAnswer} from './post.js'

/** What the Bot API answers: the message that was sent, or why it was not. */
export type BotAnswer = {readonly result: SentMessage} | BotError

interface SentMessage {
  readonly message_id: number
  /** As the Bot API says it; undefined in the answers of stand-ins that say less. */
  readonly chat_id?: number | undefined
}

interface BotError {
  /** HTTP status. */
  readonly code: number
  readonly description: string
  readonly retryAfterMs: number | undefined
  readonly migratedTo: number | undefined
}

interface BotBody {
  readonly ok?: unknown
  readonly description?: unknown
  readonly result?: {readonly message_id?: unknown; readonly chat?: {readonly id?: unknown}} | true
  readonly parameters?: {readonly retry_after?: unknown; readonly migrate_to_chat_id?: unknown}
}

export function parseBotAnswer({status, body, retryAfterMs}: HttpAnswer): BotAnswer {
  const {ok, description, result, parameters} = parseBody(body)
  if (ok === true && typeof result === 'object') {
    const {message_id, chat} = result
    return {result: {message_id: Number(message_id), chat_id: numberOf(chat?.id)}}
  }
  const seconds = numberOf(parameters?.retry_after)
  return {
    code: status,
    description: typeof description === 'string' ? redactLine(description) : '',
    retryAfterMs: seconds === undefined ? retryAfterMs : seconds * 1000,
    migratedTo: numberOf(parameters?.migrate_to_chat_id),
  }
}

function parseBody(body: string): BotBody {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** What Telegram says → what to do, in the order in which they are tried. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^unauthorized$|^not found$/i, 'the token is wrong; take the one that @BotFather shows'],
  [/bot was blocked by the user/i, 'the user has blocked the bot; unblock it in Telegram'],
  [/bot was kicked|not a member/i, 'the bot is not a member of the chat; add it'],
  [/can't initiate conversation/i, 'the user has not spoken to the bot yet; open the bot in Telegram and press Start'],
  [/chat not found/i, 'the chat is not known to the bot; add the bot to it, and check `chat`'],
  [/user is deactivated/i, "the user's account is deleted"],
  [/thread not found|topic_(?:closed|deleted)/i, 'the topic is closed or not in this chat; check `topic`'],
  [/not enough rights|have no rights|chat_write_forbidden/i, 'the bot may not write in the chat; give it the right to'],
]

/** Too many requests, or a fault of Telegram's, passes; everything else stays wrong until a person corrects it. */
export function telegramFailure({code, description, retryAfterMs}: BotError): SendOutcome {
  if (code === 429) return {ok: false, failure: 'transient', reason: 'Telegram asks to wait', retryAfterMs}
  const said = description || `status ${code}`
  if (code < 400 || code >= 500) {
    return {ok: false, failure: 'transient', reason: `Telegram answered: ${said}`, retryAfterMs}
  }
  const plain = reasons.find(([pattern]) => pattern.test(description.replace(/^(?:bad request|forbidden): /i, '')))?.[1]
  return {ok: false, failure: 'permanent', reason: plain ?? `Telegram refuses the message: ${said}`}
}
