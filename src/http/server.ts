import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {getRequestListener} from '@hono/node-server'
import {showControlsInJson} from '../domain/log/show-controls.js'
import type {AccessRules} from './access.js'
import {errorAnswer, HttpError} from './http-error.js'
import {securityHeaders} from './security-headers.js'

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16 * 1024,
}

const mostConnections = 256

/** What is left of requests after so long is closed. */
const graceMs = 5000

const jsonHeaders = {...securityHeaders, 'content-type': 'application/json'}

interface Handler {
  fetch(request: Request, env: never): Response | Promise<Response>
}

/**
 * A server for requests of strangers: nothing of them is waited for without limit, and those to another host go no
 * further than here.
 */
export function createHttpServer(handler: Handler, rules: Pick<AccessRules, 'isOwnHost'>): Server {
  const listener = getRequestListener(handler.fetch as never, {
    // Only this listener needs its lighter requests: channels use the runtime's own.
    overrideGlobalObjects: false,
    // The application answers its own faults, so this is a request of which no address can be made.
    errorHandler: () => {
      const {status, body} = errorAnswer(new HttpError('wrong-request', 'the address of the request cannot be read'))
      return new Response(JSON.stringify(body), {status, headers: jsonHeaders})
    },
  })
  const server = createServer(limits, (incoming, outgoing) => {
    if (isOwnHost(rules, incoming)) void listener(incoming, outgoing)
    else refuseHost(incoming, outgoing)
  })
  server.maxConnections = mostConnections
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  return server
}

/** A site whose name leads to this address must not read here. */
function isOwnHost(rules: Pick<AccessRules, 'isOwnHost'>, {headers: {host}}: IncomingMessage): boolean {
  return host !== undefined && rules.isOwnHost(host.toLowerCase())
}

function refuseHost({headers: {host = ''}}: IncomingMessage, outgoing: ServerResponse): void {
  const error = new HttpError('host-refused', `the host ${JSON.stringify(host)} is not served here`, {
    hints: ['allow a name on purpose: guard serve --allow-host NAME'],
  })
  const {status, body} = errorAnswer(error)
  outgoing.writeHead(status, {...jsonHeaders, connection: 'close'}).end(showControlsInJson(`${JSON.stringify(body)}\n`))
}

/** Takes no new connection, lets requests finish for a while, then closes what is left. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })
}
