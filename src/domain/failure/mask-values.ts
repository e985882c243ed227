import {showControls} from '../log/show-controls.js'
import {redactedLineLimit} from './redact.js'

/** Shorter values are words of ordinary texts. */
const shortestValue = 6

/** Shorter remains of a secret say little. */
const shortestRemains = 4

/** Shorter pieces of an address are its path, not its key; shorter lines of a text are no key either. */
const shortestPiece = 10

/**
 * Masks secrets by their values: as they are, as they stand in an address or in JSON, and each piece long enough to be a
 * key, of an address or of several lines, that is a secret.
 */
export function maskValues(text: string, secrets: readonly string[]): string {
  return hiddenForms(secrets).reduce((masked, form) => masked.replaceAll(form, mask), text)
}

const mask = '***'

/** The texts that stand for secrets, the longest first. */
export function hiddenForms(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length)
}

/** Masks in a line that `redactLine` has made: also what it has left of a secret, by masking a part or by shortening. */
export function maskRedacted(line: string, secrets: readonly string[]): string {
  return hiddenForms(secrets).reduce(
    (masked, form) => withoutStart(withoutRest(masked, form), form),
    maskValues(line, secrets),
  )
}

/** A mask by shape may begin or end in the middle of a secret. */
function withoutRest(line: string, form: string): string {
  if (!line.includes(mask)) return line
  // What stands between masks, which may have more stars beside them, is at the even places.
  const parts = line.split(/(\*{3,})/)
  const isBetween = (index: number) => index % 2 === 0
  return parts
    .map((part, index) => (isBetween(index) && index > 0 ? withoutEndOf(form, part) : part))
    .map((part, index) => (isBetween(index) && index < parts.length - 1 ? withoutBeginOf(form, part) : part))
    .join('')
}

function withoutEndOf(form: string, part: string): string {
  let from = 0
  for (let left = endAt(form, part, from); left > 0; left = endAt(form, part, from)) from += left
  return part.slice(from)
}

/** How many characters from there on are the end of the form; 0 if too few to say anything. */
function endAt(form: string, part: string, from: number): number {
  // Most parts begin with nothing of the form.
  if (!form.includes(part.slice(from, from + shortestRemains))) return 0
  for (let left = Math.min(form.length - 1, part.length - from, redactedLineLimit); left >= shortestRemains; left--)
    if (part.startsWith(form.slice(-left), from)) return left
  return 0
}

function withoutBeginOf(form: string, part: string): string {
  let to = part.length
  for (let left = beginAt(form, part, to); left > 0; left = beginAt(form, part, to)) to -= left
  return part.slice(0, to)
}

/** The same of those up to there that are its beginning. */
function beginAt(form: string, part: string, to: number): number {
  if (!form.includes(part.slice(Math.max(0, to - shortestRemains), to))) return 0
  for (let left = Math.min(form.length - 1, to, redactedLineLimit); left >= shortestRemains; left--)
    if (part.endsWith(form.slice(0, left), to)) return left
  return 0
}

function withoutStart(line: string, form: string): string {
  if (!line.endsWith('…')) return line
  const body = line.slice(0, -1)
  for (let left = Math.min(form.length - 1, redactedLineLimit); left >= shortestRemains; left--)
    if (body.endsWith(form.slice(0, left))) return `${body.slice(0, -left)}${mask}…`
  return line
}

function formsOf(secret: string): string[] {
  const whole = secret.length >= shortestValue ? [secret, inAddress(secret), inJson(secret), showControls(secret)] : []
  return [...whole, ...(secret.includes('://') ? piecesOf(secret) : []), ...linesOf(secret)]
}

/** A program may print only some lines of a key, or end them otherwise. */
function linesOf(secret: string): string[] {
  if (!secret.includes('\n')) return []
  const lines = secret.split('\n').map((line) => line.trim())
  return lines.filter((line) => line.length >= shortestPiece && !line.startsWith('-----'))
}

/** The host of a web address is no secret; in other addresses a key can stand at its place. */
function piecesOf(address: string): string[] {
  const keys = address.replace(/^(https?:\/\/)([^/?#@]*@)?[^/?#@]*/i, '$2 ')
  return keys.split(/[\s/:@?&=#,]+/).filter((piece) => piece.length >= shortestPiece)
}

function inJson(secret: string): string {
  return JSON.stringify(secret).slice(1, -1)
}

function inAddress(secret: string): string {
  // Half a surrogate pair has no form in an address.
  return encodeURIComponent(secret.replace(/\p{Cs}/gu, ''))
}
