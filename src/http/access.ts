import type {IncomingMessage} from 'node:http'
import {HttpError} from './http-error.js'
import type {KeyCheck, KeyVerdict} from './key-check.js'

/** What a route needs of its caller. `reading` may be open to all who reach the server, `changing` never. */
export type Need = 'nothing' | 'reading' | 'changing'

export interface AccessRules {
  readonly key: KeyCheck
  /** Whether reading needs no key: on a Unix socket, which the kernel guards, or with `--public-reads`. */
  readonly hasOpenReads: boolean
  readonly isReadOnly: boolean
  /** Whether a `Host` header names this server. */
  readonly isOwnHost: (host: string) => boolean
}

const keyHeader = 'x-dash-key'

/** Throws HttpError for a request that lacks what a route needs. */
export function assertAccess(rules: AccessRules, incoming: IncomingMessage, need: Need): void {
  if (need === 'nothing' || (need === 'reading' && rules.hasOpenReads)) return
  assertKey(keyVerdict(rules, incoming), rules.key)
  if (need !== 'changing') return
  assertOwnOrigin(incoming)
  assertJson(incoming)
}

/** Throws HttpError for an address whose keys are not looked at. */
export function hasRightKey(rules: Pick<AccessRules, 'key'>, incoming: IncomingMessage): boolean {
  const verdict = keyVerdict(rules, incoming)
  assertHeard(verdict)
  return verdict.is === 'accepted'
}

/** A wrong key counts as one more failure of its address. */
function keyVerdict({key}: Pick<AccessRules, 'key'>, {headers, socket}: IncomingMessage): KeyVerdict {
  const given = headers[keyHeader]
  return key.check(typeof given === 'string' ? given : undefined, socket.remoteAddress ?? 'unix')
}

function assertHeard(verdict: KeyVerdict): void {
  if (verdict.is !== 'blocked') return
  const seconds = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
  throw new HttpError('too-many-failures', `too many wrong keys came from this address; wait ${seconds} s`, {
    headers: {'retry-after': String(seconds)},
  })
}

function assertKey(verdict: KeyVerdict, key: KeyCheck): void {
  if (verdict.is === 'accepted') return
  assertHeard(verdict)
  const headers = {'www-authenticate': 'DashKey'}
  if (!key.hasKey)
    throw new HttpError('key-missing', 'this server has no key, so nothing can be changed through it', {
      hints: ['give it one: DASHBOARD_KEY or guard serve --key-file PATH'],
      headers,
    })
  if (verdict.is === 'wrong') throw new HttpError('key-wrong', 'the key in X-Dash-Key is wrong', {headers})
  throw new HttpError('key-missing', 'the header X-Dash-Key with the key is missing', {headers})
}

/** A page of another site cannot leave its `Origin` out. The `Host` has been checked before. */
function assertOwnOrigin({headers: {origin, host}}: IncomingMessage): void {
  if (origin === undefined) return
  const own = [`http://${host}`, `https://${host}`]
  if (own.some((one) => one.toLowerCase() === origin.toLowerCase())) return
  throw new HttpError('origin-refused', `pages of ${JSON.stringify(origin)} may change nothing here`)
}

/** A form of another site can send text and forms, but not this type. */
function assertJson({headers}: IncomingMessage): void {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() === 'application/json') return
  throw new HttpError('not-json', 'changes need the header Content-Type: application/json')
}
