import {showControls, withoutColors} from '../log/show-controls.js'

/**
 * Makes a line of a job's output fit for a journal or an alert: short, on one line, with control characters shown and
 * without the secrets that programs print.
 */

/** Longest evidence, in characters. */
export const redactedLineLimit = 200

/** What names of secrets have in them. What stands before it in the name does not matter, so it is not searched. */
const secretName =
  '(?:token|secret|passw(?:or)?d|api[_-]?key|access[_-]?key|private[_-]?key|rout(?:ing|e)[_-]?key|integration[_-]?key|credential|signature)'

/** Each pattern's first group stays, what follows it is the secret. No quantifier is nested, and those in front are bounded. */
const secrets: readonly RegExp[] = [
  // Authorization: Bearer abc, "x-api-key": "abc", Cookie: a=b
  /((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|digest|token|negotiate|aws4-hmac-sha256)\s+)?)[^"'\r\n,}]+/gi,
  /((?:set-)?cookie["']?\s*:\s*["']?)[^"'\r\n]+/gi,
  /(\bbearer\s+)[\w.~+/=-]{8,}/gi,
  // password=abc, "api_key": "abc", --token abc
  new RegExp(`(${secretName}[\\w.-]{0,40}["']?\\s*[:=]\\s*["']?)[^\\s"'&,;)}\\]]+`, 'gi'),
  new RegExp(`(${secretName}(?<=--[\\w.-]{0,60})[\\w.-]{0,40}\\s+)[^\\s"'&,;]+`, 'gi'),
  // scheme://user:password@host
  /(:\/\/[^\s:/@]{0,128}:)[^\s/@]+(?=@)/g,
  // Telegram puts the bot's token into the path
  /(\/bot\d{5,}:)[\w-]{20,}/g,
  // Webhooks of Slack and Discord and the pings of healthchecks.io: whoever knows the path may send
  /(hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)[\w/-]+/gi,
  /(discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/)[\w/-]+/gi,
  /((?:hc-ping\.com|healthchecks\.io|\/ping)\/)[\w-]{20,}(?:\/[\w-]+)?/gi,
  // ?key=abc
  /([?&](?:key|auth|sig|code|pwd|apikey|sas|sid)=)[^\s"'&#]+/gi,
]

/** Private keys in PEM, also those of which the end is cut off. */
const privateKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g

/** A line of a private key in PEM, without those that begin and end it. */
const keyLine = /^[A-Za-z0-9+/]{1,76}={0,2}$/
/** A full one, by itself. */
const fullKeyLine = /^\s*[A-Za-z0-9+/]{60,76}={0,2}\s*$/
const keyBegin = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/
const keyEnd = /-----END [A-Z ]{0,40}PRIVATE KEY-----/

/** Tokens that are secret by their own look: GitHub, GitLab, Slack, AWS, Stripe and OpenAI keys, those of Standard Webhooks and of Telegram's bots. */
const selfEvident =
  /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|A(?:KI|SI)A[A-Z0-9]{12,}|[sr]k[-_][\w-]{16,}|whsec_[\w+/=-]{16,}|\d{6,12}:[\w-]{35}(?![\w-]))/g

/** What begins as a JWT; one that has no second part is none. Read once to its end, because it may begin anew at each `-`. */
const likeJwt = /\beyJ[\w-]{8,}(\.[\w-]{8,}(?:\.[\w-]*)?)?/g

/** Makes evidence of a line: secrets as `***`, control characters as `\x1b`, no colours, at most `redactedLineLimit` characters. */
export function redactLine(line: string): string {
  // Masking comes before the final cut, else half a secret could lose the name in front of it; the first cut bounds the work.
  const masked = redactSecrets(withoutColors(line.slice(0, 4096)))
  const shown = showControls(masked.replace(/[\t\n\r]+/g, ' ').trim())
  return shown.length <= redactedLineLimit
    ? shown
    : `${shown.slice(0, redactedLineLimit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** The same for lines that follow one another: a private key takes many, and its begin or its end may be missing. */
export function redactLines(lines: readonly string[]): readonly string[] {
  return maskLines(lines, redactLine)
}

/** Lines that are shown as output: without secrets and colours, which may stand in the middle of one, but whole. */
export function redactOutput(lines: readonly string[]): readonly string[] {
  return maskLines(lines, (line) => redactSecrets(withoutColors(line)))
}

function maskLines(lines: readonly string[], maskLine: (line: string) => string): readonly string[] {
  const isKey = lines.map(() => false)
  for (const [index, line] of lines.entries()) {
    const isOpen = isKey[index - 1] === true && !keyEnd.test(lines[index - 1] ?? '')
    isKey[index] = keyBegin.test(line) || (isOpen && (keyLine.test(line.trim()) || keyEnd.test(line)))
    if (!keyEnd.test(line)) continue
    isKey[index] = true
    for (let above = index - 1; above >= 0 && keyLine.test(lines[above]?.trim() ?? ''); above--) isKey[above] = true
  }
  return lines.map((line, index) => (isKey[index] ? '***' : maskLine(line)))
}

/** As `?key=a`. A log may be hundreds of thousands of empty lines. */
const shortestWithSecret = 6

function redactSecrets(text: string): string {
  if (text.length < shortestWithSecret) return text
  if (fullKeyLine.test(text)) return '***'
  const named = secrets.reduce((masked, pattern) => masked.replace(pattern, '$1***'), text)
  return named
    .replace(likeJwt, (found, second?: string) => (second === undefined ? found : '***'))
    .replace(selfEvident, '***')
    .replace(privateKey, '***')
}
