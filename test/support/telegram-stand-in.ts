import {type Received, startReceiver} from './http-receiver.js'

/** What a chat has: its messages by number, and what keeps the bot out. */
interface Chat {
  readonly messages: Map<number, {text: string; readonly fields: Fields}>
  readonly refusal?: {readonly code: number; readonly description: string}
  readonly migratedTo?: number
}

interface Fields {
  readonly chat_id?: unknown
  readonly text?: unknown
  readonly parse_mode?: unknown
  readonly message_id?: unknown
  readonly message_thread_id?: unknown
  readonly disable_notification?: unknown
  readonly reply_parameters?: {readonly message_id?: unknown; readonly allow_sending_without_reply?: unknown}
}

export const botToken = '123456789:AAH-abcdefghijklmnopqrstuvwxyz01234'

/**
 * A strict stand-in of Telegram's Bot API, written from its documentation: what the real one rejects it rejects, with the
 * same words.
 */
export async function startTelegram(chats: Readonly<Record<string, Partial<Chat>>> = {'-100': {}}) {
  const all = new Map<string, Chat>(
    Object.entries(chats).map(([id, chat]) => [id, {messages: new Map(), ...chat} satisfies Chat]),
  )
  let nextId = 41
  const calls: {method: string; fields: Fields}[] = []
  const busy = {retryAfter: 0}
  const answer = (request: Received): [number, object] => {
    const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? []
    if (!/^\d+:[\w-]{35}$/.test(token ?? '')) return failure(404, 'Not Found')
    if (token !== botToken) return failure(401, 'Unauthorized')
    const fields = JSON.parse(request.body) as Fields
    calls.push({method, fields})
    if (busy.retryAfter > 0) {
      const parameters = {retry_after: busy.retryAfter}
      return failure(429, `Too Many Requests: retry after ${busy.retryAfter}`, parameters)
    }
    const chat = all.get(String(fields.chat_id))
    if (!chat) return failure(400, 'Bad Request: chat not found')
    if (chat.migratedTo !== undefined) {
      const parameters = {migrate_to_chat_id: chat.migratedTo}
      return failure(400, 'Bad Request: group chat was upgraded to a supergroup chat', parameters)
    }
    if (chat.refusal) return failure(chat.refusal.code, chat.refusal.description)
    if (fields.message_thread_id === 999) return failure(400, 'Bad Request: message thread not found')
    const wrong = textProblem(fields)
    if (wrong) return failure(400, `Bad Request: ${wrong}`)
    if (method === 'sendMessage') {
      chat.messages.set(++nextId, {text: String(fields.text), fields})
      return success(nextId, Number(fields.chat_id))
    }
    if (method !== 'editMessageText') return failure(404, 'Not Found: method not found')
    const message = chat.messages.get(Number(fields.message_id))
    if (!message) return failure(400, 'Bad Request: message to edit not found')
    if (message.text === fields.text) {
      const exactly = 'specified new message content and reply markup are exactly the same'
      return failure(400, `Bad Request: message is not modified: ${exactly} as a current content`)
    }
    message.text = String(fields.text)
    return success(Number(fields.message_id), Number(fields.chat_id))
  }
  const {url} = await startReceiver((request, response) => {
    const [status, body] = answer(request)
    response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body))
  })
  return {
    url,
    calls,
    busy,
    messages: (chat: string) => [...(all.get(chat)?.messages.values() ?? [])],
    forget: (chat: string) => all.get(chat)?.messages.clear(),
  }
}

function success(id: number, chat: number): [number, object] {
  return [200, {ok: true, result: {message_id: id, chat: {id: chat, type: 'supergroup'}, date: 1_764_393_611}}]
}

function failure(code: number, description: string, parameters?: object): [number, object] {
  return [code, {ok: false, error_code: code, description, ...(parameters && {parameters})}]
}

const knownTags = ['b', 'strong', 'i', 'em', 'u', 's', 'code', 'pre', 'a', 'blockquote']

/** What Telegram says of a text that it does not take. */
function textProblem({text, parse_mode}: Fields): string | undefined {
  if (typeof text !== 'string' || text.trim() === '') return 'message text is empty'
  if (/\p{Cs}/u.test(text)) return 'strings must be encoded in UTF-8'
  const problem = parse_mode === 'HTML' ? markupProblem(text) : undefined
  if (problem) return `can't parse entities: ${problem}`
  const shown = parse_mode === 'HTML' ? text.replace(/<[^>]*>/g, '').replace(/&\w+;/g, '.') : text
  return shown.length > 4096 ? 'message is too long' : undefined
}

export function markupProblem(text: string): string | undefined {
  const open: string[] = []
  for (const {0: piece, index} of text.matchAll(/<[^<>]*>|[<>]|&(?:\w+|#\d+);|&/g)) {
    if (piece === '<' || piece === '>') return `Unexpected "${piece}" at byte offset ${index}`
    if (piece === '&') return `Unescaped "&" at byte offset ${index}`
    if (piece.startsWith('&')) {
      if (!['&lt;', '&gt;', '&amp;', '&quot;'].includes(piece)) return `Unsupported entity ${piece}`
      continue
    }
    const [, slash, name = ''] = /^<(\/?)(\w*)/.exec(piece) ?? []
    if (!knownTags.includes(name)) return `Unsupported start tag "${name}" at byte offset ${index}`
    if (!slash) open.push(name)
    else if (open.pop() !== name) return `Unmatched end tag at byte offset ${index}`
  }
  const last = open.at(-1)
  return last === undefined ? undefined : `Can't find end tag corresponding to start tag "${last}"`
}
