import {cleanLine} from '../../domain/message-text/clean.js'
import {type HttpProblem, httpProblem} from './http-problem.js'
import {withTimeLimit} from './time-limit.js'

export interface HttpRequest {
  readonly url: string
  readonly method?: 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

interface HttpOptions {
  /** URL of an HTTP proxy; undefined for a direct connection, whatever the environment says. */
  readonly proxy: string | undefined
  /** Certificates of authorities in PEM, which replace those of the runtime. */
  readonly ca: string | undefined
  /** Of the whole exchange. */
  readonly timeoutMs: number
  /** A reason named `TimeoutError` counts as the time limit. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly ok: true
  readonly status: number
  /** Its first 64 KiB. */
  readonly body: string
  /** What the header `Retry-After` asks for. */
  readonly retryAfterMs: number | undefined
  /** Host to which the answer redirects; a redirect is never followed. */
  readonly redirectsTo: string | undefined
}

const bodyLimitBytes = 64 * 1024

/**
 * Sends one HTTP request. Node and bun take a proxy and certificates in different ways, and only bun looks for a proxy in
 * the environment; here both forms of the program do the same. Certificates are always checked. Nothing that a library
 * says of a failure is passed on, since it can contain addresses and headers. Never throws.
 */
export async function post(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer | HttpProblem> {
  const signal = withTimeLimit(options.signal, options.timeoutMs)
  try {
    const exchange = await begin(request, options, signal)
    try {
      const {response} = exchange
      return {
        ok: true,
        status: response.status,
        body: await readHead(response.body),
        retryAfterMs: retryAfterOf(response.headers.get('retry-after')),
        redirectsTo: redirectOf(response, request.url),
      }
    } finally {
      await exchange.end()
    }
  } catch (error) {
    return httpProblem(error, {...request, ...options, signal})
  }
}

/** By these variables Node's own fetch checks no certificates, or uses the proxy of the environment. */
const changing = ['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_USE_ENV_PROXY']

interface Exchange {
  readonly response: Pick<Response, 'status' | 'headers' | 'body'>
  readonly end: () => Promise<void>
}

async function begin(request: HttpRequest, {proxy, ca}: HttpOptions, signal: AbortSignal): Promise<Exchange> {
  const {url, method = 'POST', headers = {}, body} = request
  const init = {method, headers: {'user-agent': 'guard', ...headers}, body, redirect: 'manual', signal} as const
  const end = () => Promise.resolve()
  if (process.versions['bun'] !== undefined) {
    // Without `false` bun takes the proxy that the environment names.
    const ofBun = {proxy: proxy ?? false, tls: {rejectUnauthorized: true, ...(ca !== undefined && {ca})}}
    const response = withoutExceptions(() => fetch(url, {...init, ...ofBun} as RequestInit))
    return {response: await response, end}
  }
  const isPlain = changing.every((name) => process.env[name] === undefined)
  if (proxy === undefined && ca === undefined && isPlain) return {response: await fetch(url, init), end}
  // The fetch inside Node takes no certificates and no proxy of a caller.
  const {fetchThroughAgent} = await import('./node-agent.js')
  return fetchThroughAgent(url, init, {proxy, ca})
}

const exceptions = ['NO_PROXY', 'no_proxy'] as const

/** By these variables bun leaves out also the proxy that it is given; it reads them as the call begins. */
function withoutExceptions<T>(call: () => T): T {
  const kept = exceptions.map((name) => [name, process.env[name]] as const)
  for (const name of exceptions) delete process.env[name]
  try {
    return call()
  } finally {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value
  }
}

/** Reads the first 64 KiB and drops the rest unread. */
async function readHead(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (!body) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = body.getReader()
  while (bytes < bodyLimitBytes) {
    const {done, value} = await reader.read()
    if (done) return Buffer.concat(chunks).toString()
    chunks.push(value)
    bytes += value.length
  }
  // A receiver that goes on for ever is not waited for.
  reader.cancel().catch(() => undefined)
  return Buffer.concat(chunks).subarray(0, bodyLimitBytes).toString()
}

const longestRetryAfterMs = 24 * 3_600_000

/** Reads seconds or a date. */
function retryAfterOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestRetryAfterMs)
}

function redirectOf({status, headers}: Exchange['response'], from: string): string | undefined {
  if (status < 300 || status > 399) return undefined
  const location = headers.get('location') ?? ''
  return URL.canParse(location, from) ? cleanLine(new URL(location, from).host) : 'nowhere'
}
