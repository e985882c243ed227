import type {DashboardPage} from './page.js'

const noFrames = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What every answer says: nothing of it may be framed, guessed, kept or read by another site. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; ${noFrames}`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** The page may run its own script and style, and ask this server. */
export function pagePolicy({scriptHashes, styleHashes}: Pick<DashboardPage, 'scriptHashes' | 'styleHashes'>): string {
  const sources = (hashes: readonly string[]) => (hashes.length === 0 ? "'none'" : hashes.join(' '))
  return [
    "default-src 'none'",
    `script-src ${sources(scriptHashes)}`,
    `style-src ${sources(styleHashes)}`,
    "connect-src 'self'",
    'img-src data:',
    noFrames,
  ].join('; ')
}
