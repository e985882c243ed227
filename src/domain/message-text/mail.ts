import type {Message} from '../delivery/message.js'
import {escapeMarkup} from './escape.js'
import {fitText} from './fit.js'
import {headline} from './headline.js'
import {type MessagePart, messageParts} from './parts.js'
import {renderPlain} from './plain.js'

interface Mail {
  /** One line. */
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Characters of each form. */
const longestMail = 100_000

/** The message as a mail, as text and as HTML without anything that is loaded from elsewhere. */
export function mailOf(message: Message, timezone: string): Mail {
  const parts = messageParts(message, timezone)
  const html = fitText(parts, {render: renderHtmlMail, limit: longestMail, separator: '\n'})
  return {
    subject: headline(message),
    text: `${fitText(parts, {render: renderPlain, limit: longestMail, separator: '\n'})}\n`,
    html: `<!DOCTYPE html>\n<html><body style="font-family:sans-serif">\n${html}\n</body></html>\n`,
  }
}

function renderHtmlMail({kind, label, text}: MessagePart): string {
  const safe = escapeMarkup(text)
  if (kind === 'headline') return `<h3>${safe}</h3>`
  if (kind === 'fact') return `<div><b>${label}:</b> ${safe}</div>`
  if (kind === 'lines') return `<p><b>${label}:</b></p>\n<pre style="white-space:pre-wrap">${safe}</pre>`
  if (kind === 'list') return `<p><b>${label}:</b></p>\n<ul>${safe.replace(/^(.*)$/gm, '<li>$1</li>')}</ul>`
  return kind === 'command' ? `<p><b>${label}:</b> <code>${safe}</code></p>` : `<p>${safe.replaceAll('\n', '<br>')}</p>`
}
