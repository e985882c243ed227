import {chmodSync, lstatSync, type Stats, unlinkSync} from 'node:fs'
import type {Server} from 'node:http'
import {type AddressInfo, connect, isIPv6} from 'node:net'
import {GuardError} from '../../../errors.js'

/** Where guard serves: an address and a port, or a Unix socket. */
export type Place = {readonly host: string; readonly port: number} | {readonly socket: string}

/** @returns where the server is reached. Throws GuardError `io` if the place is taken or cannot be used. */
export async function listen(server: Server, place: Place): Promise<string> {
  if ('port' in place) {
    await listening(server, place, `${urlHost(place.host)}:${place.port}`)
    const {port} = server.address() as AddressInfo
    return `http://${urlHost(place.host)}:${port}`
  }
  await removeStaleSocket(place.socket)
  // The socket is made with the mode that nobody else can use, not changed to it.
  const umask = process.umask(0o177)
  try {
    await listening(server, {path: place.socket}, place.socket)
  } finally {
    process.umask(umask)
  }
  chmodSync(place.socket, 0o600)
  return place.socket
}

type Target = {readonly host: string; readonly port: number} | {readonly path: string}

function listening(server: Server, target: Target, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(name, cause)))
    server.listen(target, () => resolve())
  })
}

function cannotListen(name: string, cause: NodeJS.ErrnoException): GuardError {
  if (cause.code !== 'EADDRINUSE')
    return new GuardError('io', `${name} cannot be served (${cause.code ?? cause.message})`, [], {cause})
  return new GuardError('io', `${name} is in use by another program`, ['choose another: --port or --socket'], {cause})
}

/**
 * A socket that no process listens on was left by one that was killed. Anything else at this path is not guard's to
 * remove. Throws GuardError `io`.
 */
async function removeStaleSocket(path: string): Promise<void> {
  const stat = statOf(path)
  if (!stat) return
  if (!stat.isSocket())
    throw new GuardError('io', `${path} is there and is not a socket`, ['choose another path: --socket PATH'])
  if (stat.uid !== process.geteuid?.())
    throw new GuardError('io', `the socket ${path} belongs to user ${stat.uid}`, ['choose another path: --socket PATH'])
  const answer = await connection(path)
  if (answer !== 'ECONNREFUSED')
    throw new GuardError('io', `${path} is in use by another process`, [
      'end it, or choose another path: --socket PATH',
    ])
  if (statOf(path)?.ino === stat.ino) unlinkSync(path)
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, {throwIfNoEntry: false})
  } catch (cause) {
    throw new GuardError('io', `${path} cannot be used: ${(cause as Error).message}`, [], {cause})
  }
}

/** @returns `connected`, or the code of the error */
function connection(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}

/** What a `Host` header may be, in lower case: names of this machine for itself, the address, and what the user allows. */
export function allowedHosts(server: Server, place: Place, more: readonly string[]): ReadonlySet<string> {
  if ('socket' in place) return new Set(['localhost', ...more.map((name) => name.toLowerCase())])
  const {port} = server.address() as AddressInfo
  const own = [urlHost(place.host), ...(isLoopback(place.host) ? ['127.0.0.1', 'localhost', '[::1]'] : [])]
  const withPort = (name: string) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])
  const allowed = more.flatMap((name) => (/:\d+$/.test(name) ? [name] : [name, `${name}:${port}`]))
  return new Set([...own.flatMap(withPort), ...allowed].map((name) => name.toLowerCase()))
}

function isLoopback(host: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1' || host === 'localhost'
}

function urlHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}
