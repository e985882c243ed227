import type {Message} from '../delivery/message.js'
import {escapeMarkup} from './escape.js'
import {fitText} from './fit.js'
import {type MessagePart, messageParts} from './parts.js'

/** Telegram's limit in UTF-16 units. It counts after the markup is read; here the markup counts too. */
export const telegramLimit = 4096

/** The message in the HTML that Telegram reads; what jobs print is escaped. */
export function telegramHtml(message: Message, timezone: string): string {
  const parts = messageParts(message, timezone)
  return fitText(parts, {render: renderHtml, limit: telegramLimit, separator: '\n'})
}

function renderHtml({kind, label, text}: MessagePart): string {
  const safe = escapeMarkup(text)
  if (kind === 'headline') return `<b>${safe}</b>`
  if (kind === 'fact') return `<b>${label}:</b> ${safe}`
  if (kind === 'lines') return `<b>${label}:</b>\n<pre>${safe}</pre>`
  if (kind === 'list') return `<b>${label}:</b>\n${safe.replace(/^/gm, '• ')}`
  return kind === 'command' ? `<b>${label}:</b> <code>${safe}</code>` : safe
}
