import {formatDuration} from '../../domain/clock/duration.js'
import {maskValues} from '../../domain/failure/mask-values.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import type {StoreAddress} from '../../domain/fleet/store-url.js'
import {certificateFault, codeOf} from '../host/error-code.js'

/** What did not come in time. */
export class TooLate extends Error {
  readonly what: 'connection' | 'answer'

  constructor(what: 'connection' | 'answer') {
    super(`no ${what} in time`)
    this.what = what
  }
}

interface Asked {
  readonly address: StoreAddress
  readonly timeoutMs: number
  /** Whether the question was on its way: the server may carry it out though nobody waits any more. */
  readonly isSent: boolean
}

/** The server as messages name it. */
export function storePlace({host, port}: Pick<StoreAddress, 'host' | 'port'>): string {
  if (host.startsWith('/')) return `${host}/.s.PGSQL.${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Says why there was no answer, in a message without the password. */
export function toStoreFault(error: unknown, asked: Asked): StoreFault {
  if (error instanceof StoreFault) return error
  const {address, timeoutMs, isSent} = asked
  const store = `the store at ${storePlace(address)}`
  if (error instanceof TooLate) {
    const limit = `within ${formatDuration(timeoutMs)}`
    return new StoreFault(
      'away',
      error.what === 'connection' ? `${store} was not reached ${limit}` : `${store} gave no answer ${limit}`,
      [],
      {isOpen: isSent},
    )
  }
  const code = codeOf(error)
  const message = withoutPassword(error instanceof Error ? error.message : String(error), address)
  const {
    kind,
    what,
    hints = [],
  } = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && isOfServer(error)
    ? serverProblem(code, message, address)
    : connectionProblem(code, message)
  return new StoreFault(kind, `${store} ${what}`, hints, {cause: error, isOpen: isSent && !isRolledBack(error)})
}

interface Problem {
  readonly kind: StoreFault['kind']
  readonly what: string
  readonly hints?: readonly string[]
}

const runsThere = 'see whether it runs there: pg_isready'
const applySchema = 'let the administrator apply it: guard fleet schema | psql'

/** The fault of a schema that is not of the version that this guard needs. */
export function otherSchema(
  address: StoreAddress,
  {has, needs}: {readonly has: number; readonly needs: number},
): StoreFault {
  const {what, hints} = versionProblem(has, needs)
  return new StoreFault('refused', `the store at ${storePlace(address)} ${what}`, hints)
}

function versionProblem(has: number, needs: number): Problem {
  return {
    kind: 'refused',
    what: `has version ${has} of the schema, and this guard needs version ${needs}`,
    hints: [has > needs ? 'update guard on this host' : applySchema],
  }
}

/** Whether the server knows no such function, or not with these parameters. */
export function lacksFunction({cause}: StoreFault): boolean {
  return cause instanceof Error && isOfServer(cause) && codeOf(cause) === '42883'
}

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
function serverProblem(code: string, message: string, {user}: StoreAddress): Problem {
  const what = `answers: ${message} (${code})`
  switch (code) {
    case 'GD001': {
      const [has, needs] = (message.match(/\d+/g) ?? []).map(Number)
      return versionProblem(has ?? 0, needs ?? 0)
    }
    case '28P01':
    case '28000':
      return {kind: 'refused', what, hints: ['check the user and the password in the address, and pg_hba.conf']}
    case '3D000':
      return {kind: 'refused', what, hints: ['check the name of the database in the address']}
    case '42501':
      return {kind: 'refused', what, hints: [rightHint(message, user)]}
    case '3F000':
    case '42704':
    case '42883':
    case '42P01':
      return {kind: 'refused', what, hints: [applySchema]}
    // A server that follows another one; after a fail-over the name leads to one that writes.
    case '25006':
    case '55P03':
      return {kind: 'away', what}
    case '08P01':
      return {kind: refusedByPooler.test(message) ? 'refused' : 'away', what}
    default:
      return {kind: kindOfClass(code.slice(0, 2)), what}
  }
}

/** The rights that the functions themselves need are their owner's, not those of a host. */
function rightHint(message: string, user: string): string {
  if (
    /^permission denied for (?:table|type|function (?!(?:acquire|check|list|release|renew|standbys|version)$))/.test(
      message,
    )
  )
    return 'let one role own the schema guard, its table and all of its functions'
  return user === 'guard' ? applySchema : `use the role guard, or give its rights: grant guard to "${user}"`
}

/** PgBouncer answers nearly everything with 08P01. */
const refusedByPooler = /startup parameter|no such (?:user|database)|password|auth|not allowed|SSL required/i

function kindOfClass(code: string): StoreFault['kind'] {
  // Connection, transaction to be repeated, resources, operator (shut down, starting), system, internal.
  if (['08', '40', '53', '57', '58', 'XX'].includes(code)) return 'away'
  return ['28', '42', '0A', '3D', '3F'].includes(code) ? 'refused' : 'invalid'
}

/**
 * By the codes of Node, which bun has too; pg itself gives no code. Away is what is known to come and go: of anything else,
 * such as an address that the system does not take, nothing says that it would be over if it were asked again.
 */
function connectionProblem(code = '', message: string): Problem {
  const certificate = certificateProblem(code)
  if (certificate) return certificate
  if (message.includes('does not support SSL'))
    return {kind: 'refused', what: 'offers no TLS', hints: ['turn it on at the server: ssl = on']}
  if (message.startsWith('SASL'))
    return {kind: 'refused', what: `cannot be logged in to: ${message}`, hints: ['check the password in the address']}
  if (code === 'ECONNREFUSED') return {kind: 'away', what: 'refuses the connection', hints: [runsThere]}
  if (code === 'ENOENT') return {kind: 'away', what: 'has no socket there', hints: [runsThere]}
  if (code === 'EACCES' || code === 'EPERM')
    return {kind: 'refused', what: 'has a socket that this user may not use', hints: ['check the rights of its folder']}
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {kind: 'away', what: 'has a name that cannot be resolved', hints: ['check the host in the address']}
  if (/^ERR_(?:SOCKET|STREAM)_/.test(code) || (code === '' && isCutOff.test(message)))
    return {kind: 'away', what: 'closed the connection without an answer'}
  if (/^E[A-Z]+$/.test(code) && !lastingErrors.includes(code))
    return {kind: 'away', what: `cannot be reached (${code})`}
  return {kind: 'refused', what: `cannot be asked: ${message}`, hints: ['check the address']}
}

/** pg's words for that. A server that can start no process for a connection says so before TLS, which pg does not read. */
const isCutOff = /terminated|ended|closed|not queryable|timeout|establishing an SSL connection/i

/** Another kind of TLS, or a path that is not one of a socket. */
const lastingErrors = ['EPROTO', 'EINVAL', 'ENAMETOOLONG', 'ENOTDIR', 'ELOOP', 'EPROTOTYPE', 'ENOTSOCK']

function certificateProblem(code: string): Problem | undefined {
  const refused = (what: string, hint: string): Problem => ({kind: 'refused', what, hints: [hint]})
  switch (certificateFault(code) ?? (/^ERR_(?:TLS|SSL|OSSL)/.test(code) ? 'other' : undefined)) {
    case undefined:
      return undefined
    case 'other-name':
      return refused('has a certificate for another name', 'name the host in the address as its certificate does')
    case 'expired':
      return refused('has a certificate that has expired', 'renew it at the server')
    case 'not-yet-valid':
      return refused('has a certificate that is not valid yet', 'check the clock of this host')
    case 'unknown-authority':
      return refused('has a certificate of no known authority', 'name the authority in the address: sslrootcert=PATH')
    case 'other':
      return refused(`has a certificate, or a kind of TLS, that is not accepted (${code})`, 'check ssl_* at the server')
  }
}

/** Errors that a server or a pooler sent have a severity. */
function isOfServer(error: unknown): boolean {
  return typeof (error as {severity?: unknown}).severity === 'string'
}

/** A statement that failed has changed nothing; one whose server was ended may have been committed just before. */
function isRolledBack(error: unknown): boolean {
  return (error as {severity?: unknown}).severity === 'ERROR'
}

/**
 * The servers that are known repeat no password. What is found in their words is masked all the same, but not what stands
 * there for another reason: a word such as `password`, or another part of the address. A mask in its place would tell it.
 */
function withoutPassword(text: string, {password = '', user, database, host}: StoreAddress): string {
  if ([user, database, host, 'guard'].includes(password)) return text
  const isOrdinary = password.length < 6 || /^[a-z]{1,15}$/i.test(password)
  return isOrdinary ? withoutValue(text, password) : maskValues(text, [password])
}

/** What is written before and behind a value, and not around a word of a sentence. */
const aroundValues = [
  ['"', '"'],
  ["'", "'"],
  ['=', ''],
  [':', '@'],
] as const

function withoutValue(text: string, password: string): string {
  if (password.length < 4) return text
  return aroundValues.reduce(
    (masked, [before, behind]) => masked.replaceAll(`${before}${password}${behind}`, `${before}***${behind}`),
    text,
  )
}
