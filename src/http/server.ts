import {createServer, type Server} from 'node:http'
import {getRequestListener} from '@hono/node-server'
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

const unreadable = errorAnswer(new HttpError('wrong-request', 'the address of the request cannot be read'))

interface Handler {
  fetch(request: Request, env: never): Response | Promise<Response>
}

/** A server for requests of strangers: nothing of them is waited for without limit. */
export function createHttpServer(handler: Handler): Server {
  const listener = getRequestListener(handler.fetch as never, {
    // Only this listener needs its lighter requests: channels use the runtime's own.
    overrideGlobalObjects: false,
    // The application answers its own faults, so this is a request of which no address can be made.
    errorHandler: () => Response.json(unreadable.body, {status: unreadable.status, headers: securityHeaders}),
  })
  const server = createServer(limits, (incoming, outgoing) => void listener(incoming, outgoing))
  server.maxConnections = mostConnections
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  return server
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
