import type {Message} from '../delivery/message.js'
import {escapeMarkup} from './escape.js'
import {fitText} from './fit.js'
import {headline} from './headline.js'
import {type MessagePart, messageParts} from './parts.js'
import {renderPlain} from './plain.js'

/** Slack's limit of the text of one block, characters. */
const blockLimit = 3000

/** The body of a message for an incoming webhook: a fallback text and at most eight blocks. */
export function slackMessage(message: Message, timezone: string): {readonly text: string; readonly blocks: object[]} {
  const parts = messageParts(message, timezone)
  const first = headline(message)
  const of = (...kinds: readonly MessagePart['kind'][]) => parts.filter(({kind}) => kinds.includes(kind))
  return {
    text: escapeMarkup(first),
    blocks: [
      {type: 'header', text: plain(first)},
      ...plainSection(of('fact')),
      ...plainSection(of('list')),
      ...of('lines').map((part) => codeSection(part)),
      ...plainSection(of('note')),
      ...of('command').map((part) => codeSection(part)),
    ],
  }
}

/** In a plain text nothing is read as markup: an asterisk of a schedule stays one. */
function plainSection(parts: readonly MessagePart[]): object[] {
  if (parts.length === 0) return []
  const text = fitText(parts, {render: (part) => renderPlain(part).trim(), limit: blockLimit, separator: '\n'})
  return [{type: 'section', text: plain(text)}]
}

function codeSection(part: MessagePart): object {
  const render = ({label, text}: MessagePart) =>
    `*${label}*\n\`\`\`${escapeMarkup(text.replaceAll('```', "'''"))}\`\`\``
  const text = fitText([part], {render, limit: blockLimit, separator: '\n'})
  return {type: 'section', text: {type: 'mrkdwn', text, verbatim: true}}
}

function plain(text: string): object {
  return {type: 'plain_text', text, emoji: false}
}
