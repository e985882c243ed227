import type {Message} from '../delivery/message.js'
import {cleanLine, headOf} from './clean.js'

/** One line that says the state first: `CRITICAL: backup failed`, `RECOVERED: …`, `DIGEST: …`, `TEST: …`. */
export function headline(message: Message): string {
  const title = cleanLine(message.title)
  return `${stateWord(message)}: ${title.length > longestTitle ? `${headOf(title, longestTitle - 1)}…` : title}`
}

/** Leaves room for the state within Slack's 150 characters for a header. */
const longestTitle = 130

function stateWord({kind, level}: Message): string {
  if (kind === 'recovery') return 'RECOVERED'
  return kind === 'digest' || kind === 'test' ? kind.toUpperCase() : level
}
