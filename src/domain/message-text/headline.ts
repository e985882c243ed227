import type {Message} from '../delivery/message.js'
import {clippedLine} from './clean.js'

/** One line that says the state first: `CRITICAL: backup failed`, `RECOVERED: …`, `ENDED: …`, `DIGEST: …`, `TEST: …`. */
export function headline(message: Message): string {
  return `${stateWord(message)}: ${clippedLine(message.title, longestTitle)}`
}

/** Leaves room for the state within Slack's 150 characters for a header. */
const longestTitle = 130

function stateWord({kind, level, isGivenUp}: Message): string {
  if (kind === 'recovery') return isGivenUp ? 'ENDED' : 'RECOVERED'
  return kind === 'digest' || kind === 'test' ? kind.toUpperCase() : level
}
