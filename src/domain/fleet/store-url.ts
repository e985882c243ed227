import {GuardError} from '../../errors.js'

/** Where the PostgreSQL of a fleet is, and how it is asked. */
export interface StoreAddress {
  /** Name or address, without the brackets of IPv6; with a slash at its beginning the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** A secret; undefined if the server lets the user in by other means. */
  readonly password: string | undefined
  /** Undefined for a connection that does not leave the machine, in clear text. */
  readonly tls: {readonly rootCertificate: string | undefined} | undefined
}

const prefix = 'fleet.postgres: '
const form = 'postgres://guard:PASSWORD@HOST/DATABASE?sslmode=verify-full'
const parameters = ['sslmode', 'sslrootcert', 'host']

/**
 * Reads the address of a store, of which it repeats no secret in a message: the scheme, TLS that checks the certificate
 * and the name (`verify-full`) unless the server is on this machine, and no parameter that would be left out in silence.
 * Names are those of libpq (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
 *
 * Throws GuardError `config`.
 */
export function parseStoreUrl(text: string): StoreAddress {
  const url = text.trim()
  if (url === '') throw wrong('is empty')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]
  if (scheme === undefined) throw wrong('is not a URL')
  if (!/^postgres(?:ql)?$/i.test(scheme)) throw wrong(`has the scheme ${scheme}, which is not that of PostgreSQL`)
  // URL of WHATWG takes no user without a host, which is how a Unix socket is written.
  const parts = /^[^:]+:\/\/(?:([^/?#]*)@)?([^@/?#]*)(?:\/([^?#/]*))?(?:\?([^#]*))?$/.exec(url)
  if (!parts) throw wrong('has not the form of one; is a sign such as / ? # or @ in the password written as %XX?')
  const [, login = '', place = '', database = '', query = ''] = parts
  const given = readParameters(query)
  const [user = '', password] = splitOnce(login, ':').map(decoded)
  if (user === '') throw wrong('names no user')
  const {host, port} = readPlace(place, given.get('host'))
  return {
    host,
    port,
    database: decoded(database) || user,
    user,
    password: password || undefined,
    tls: readTls(host, given.get('sslmode'), given.get('sslrootcert')),
  }
}

/** What is wrong with the address of a store, and what to write; of the address it repeats no secret. @returns undefined if nothing is */
export function storeUrlProblem(text: string): string | undefined {
  try {
    parseStoreUrl(text)
    return undefined
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return `${error.message.slice(prefix.length)}; ${error.hints[0]}`
  }
}

/** Whether the connection stays on the machine. */
function isLocal(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function readTls(host: string, mode: string | undefined, rootCertificate: string | undefined): StoreAddress['tls'] {
  if (mode !== undefined && mode !== 'verify-full' && mode !== 'disable') {
    const named = ['allow', 'prefer', 'require', 'verify-ca'].includes(mode) ? `sslmode=${mode}` : 'an sslmode'
    throw wrong(`has ${named}, which does not check with whom guard talks`, 'write sslmode=verify-full')
  }
  if (mode === 'disable' && !isLocal(host)) {
    throw wrong('has sslmode=disable, and the server is not on this machine', 'write sslmode=verify-full')
  }
  if (host.startsWith('/')) {
    if (mode === 'verify-full') throw wrong('asks for TLS on a Unix socket', 'write sslmode=disable, or leave it out')
    return undefined
  }
  // Who names an authority wants it to be checked.
  const isChecked = mode === 'verify-full' || !isLocal(host) || (mode === undefined && rootCertificate !== undefined)
  return isChecked ? {rootCertificate} : undefined
}

function readPlace(place: string, hostParameter: string | undefined): Pick<StoreAddress, 'host' | 'port'> {
  if (place.includes(','))
    throw wrong('names several servers', 'name one, or a proxy or DNS name that follows the primary')
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(\d{1,5}))?$/i.exec(place)
  if (!match) throw wrong('has a host that is none')
  const [, written = '', digits] = match
  const host = hostParameter ?? decoded(written.replace(/^\[|\]$/g, ''))
  if (host === '') throw wrong('names no host')
  // What else the name of a host may hold, such as a line break, would come into messages.
  if (!/^(?:\/[\x21-\x7e]{1,100}|[\w.:-]+)$/.test(host)) throw wrong('has a host that is none')
  const port = digits === undefined ? 5432 : Number(digits)
  if (port < 1 || port > 65_535) throw wrong(`has the port ${port}`, 'write one from 1 to 65535')
  return {host, port}
}

function readParameters(query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', value = ''] = splitOnce(pair, '=').map(decoded)
    // The name of one that is unknown may be a part of a password.
    if (!parameters.includes(name))
      throw wrong('has a parameter that guard does not know', `write one of ${parameters.join(', ')}`)
    given.set(name, value)
  }
  return given
}

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('has a % that is followed by no two hexadecimal digits', 'write a % of the password as %25')
  }
}

function wrong(what: string, ...hints: readonly string[]): GuardError {
  return new GuardError('config', `${prefix}the address of the store ${what}`, [...hints, `write ${form}`])
}
