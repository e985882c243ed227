import {once} from 'node:events'
import {createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import {type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Socket} from 'node:net'
import {onTestFinished} from 'vitest'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: Received[]
}

type Answer = (request: Received, response: ServerResponse, socket: Socket) => void

interface ReceiverOptions {
  readonly tls?: {readonly key: string; readonly cert: string}
  /** Called before the body of a request is read; says whether to read on. */
  readonly early?: (socket: Socket) => boolean
}

/** A receiver on loopback that keeps what it is sent and answers as it is told. */
export async function startReceiver(answer: Answer, {tls, early}: ReceiverOptions = {}): Promise<Receiver> {
  const received: Received[] = []
  const listener: RequestListener = (request, response) => {
    if (early && !early(request.socket)) return
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const {method = '', url: path = '', headers} = request
      const one = {method, path, headers, body: Buffer.concat(chunks).toString()}
      received.push(one)
      answer(one, response, request.socket)
    })
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  const port = await listen(server)
  return {url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}`, port, received}
}

/** Listens on a free port of loopback until the test is over. @returns the port */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Answers with a status, a body and headers. */
export function answering(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => response.writeHead(status, headers).end(body)
}

interface Proxy {
  readonly url: string
  readonly port: number
  /** What it was asked: `CONNECT host:port`, or the address of a request. */
  readonly asked: string[]
  readonly logins: (string | undefined)[]
}

/** An HTTP proxy on loopback that forwards requests and opens tunnels, or refuses to. */
export async function startProxy({refuses = false} = {}): Promise<Proxy> {
  const asked: string[] = []
  const logins: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    logins.push(request.headers['proxy-authorization'])
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const {method = 'POST', url = ''} = request
      const answer = await fetch(url, {method, body: Buffer.concat(chunks)})
      response.writeHead(answer.status).end(await answer.text())
    })
  })
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    logins.push(request.headers['proxy-authorization'])
    client.on('error', () => undefined)
    if (refuses) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const [host = '', port] = (request.url ?? '').split(':')
    const target = connectTcp(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    target.on('error', () => client.destroy())
    onTestFinished(() => void target.destroy())
  })
  const port = await listen(server)
  return {url: `http://127.0.0.1:${port}`, port, asked, logins}
}

/** Each process of the tests begins elsewhere. */
let nextPort = process.pid * 37

/** A port on which nothing listens, below those that the kernel gives to whoever asks for any, as other tests do. */
export async function closedPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + (nextPort++ % 12_000)
    if (await canListen(port)) return port
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createTcpServer()
  const isListening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (!(await isListening)) return false
  server.close()
  await once(server, 'close')
  return true
}

/** Whether something listens on this port of loopback. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
