import type {Message} from '../delivery/message.js'
import {lineEnds} from './clean.js'
import {fitText} from './fit.js'
import {type MessagePart, messageParts} from './parts.js'

interface PlainOptions {
  /** IANA name. */
  readonly timezone: string
  /** Of the text in UTF-8. */
  readonly limitBytes: number
}

/** The message for people who read plain text, headline included. */
export function plainText(message: Message, {timezone, limitBytes}: PlainOptions): string {
  const parts = messageParts(message, timezone)
  return fitText(parts, {render: renderPlain, limit: limitBytes, sizeOf: utf8Bytes, separator: '\n'})
}

/** The same without the headline, for channels that have a place of its own for it. */
export function plainBody(message: Message, {timezone, limitBytes}: PlainOptions): string {
  const parts = messageParts(message, timezone).filter(({kind}) => kind !== 'headline')
  return fitText(parts, {render: renderPlain, limit: limitBytes, sizeOf: utf8Bytes, separator: '\n'}).trim()
}

/** The message on one line, without lines of output but the one that names the cause. */
export function plainLine(message: Message, {timezone, limitBytes}: PlainOptions): string {
  const parts = messageParts(message, timezone).filter(({label}) => label !== 'Last lines')
  const render = ({label, text}: MessagePart) => `${label && `${label}: `}${text.replace(lineEnds, ', ')}`
  return fitText(parts, {render, limit: limitBytes, sizeOf: utf8Bytes, separator: ' | '})
}

export function renderPlain({kind, label, text}: MessagePart): string {
  if (kind === 'fact') return `${label}: ${text}`
  if (kind === 'lines' || kind === 'list') return `\n${label}:\n${text.replace(/^/gm, '  ')}`
  if (kind === 'command') return `\n${label}: ${text}`
  return kind === 'note' ? `\n${text}` : text
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length
}
