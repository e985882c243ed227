import {formatDuration} from '../../domain/clock/duration.js'
import {certificateFault, codeOf} from '../host/error-code.js'

/** There was no answer. */
export interface HttpProblem {
  readonly ok: false
  readonly reason: string
  readonly failure: 'transient' | 'permanent'
}

interface Attempt {
  readonly url: string
  readonly proxy: string | undefined
  readonly ca: string | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Says in plain words why there was no answer; of the error only its code is used. */
export function httpProblem(error: unknown, attempt: Attempt): HttpProblem {
  if (!URL.canParse(attempt.url)) return {ok: false, failure: 'permanent', reason: 'the address is not a URL'}
  const host = `${new URL(attempt.url).host}${through(attempt.proxy)}`
  if (attempt.signal.aborted) return {ok: false, failure: 'transient', reason: endedReason(host, attempt)}
  const code = codeOf(error)
  if (code === undefined && isOfRequest(error)) {
    return {ok: false, failure: 'permanent', reason: `the request to ${host} cannot be made: ${isOfRequest(error)}`}
  }
  return {ok: false, failure: 'transient', reason: connectionProblem(host, code)}
}

export interface AttemptLimit {
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** Why an attempt was ended: by its time limit or by the caller. */
export function endedReason(host: string, {signal, timeoutMs}: AttemptLimit): string {
  if (!timedOut(signal)) return `the attempt at ${host} was ended`
  return `${host} gave no answer within ${formatDuration(timeoutMs)}`
}

export function timedOut(signal: AbortSignal): boolean {
  return signal.aborted && (signal.reason as Error | undefined)?.name === 'TimeoutError'
}

function through(proxy: string | undefined): string {
  if (proxy === undefined) return ''
  return ` through the proxy ${URL.canParse(proxy) ? new URL(proxy).host : 'that is not a URL'}`
}

/** Says why a connection failed, by the code of the error; the same on Node and on bun. */
export function connectionProblem(host: string, code: string | undefined): string {
  const certificate = certificateProblem(code)
  if (certificate) return `the certificate of ${host} ${certificate}`
  if (code === 'ECONNREFUSED' || code === 'ConnectionRefused')
    return `${host} refuses the connection; does it run there?`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EDNS') return `the name of ${host} cannot be resolved`
  if (code === 'UND_ERR_ABORTED' || code === 'ERR_PROXY_TUNNEL') return `no connection to ${host}: the proxy refuses it`
  if (closed.test(code ?? '')) return `${host} closed the connection without an answer`
  if (isGarbage.test(code ?? '')) return `${host} does not answer as an HTTP server does; are port and scheme right?`
  return `${host} cannot be reached${code === undefined ? '' : ` (${code})`}`
}

/** Codes of Node and of bun. */
const isGarbage = /^(?:HPE_\w+|Malformed_HTTP_Response|InvalidHTTPResponse)$/

const closed = /^(?:ECONNRESET|ECONNECTION|EPIPE|UND_ERR_SOCKET|ConnectionClosed|ConnectionReset)$/

function certificateProblem(code: string | undefined): string | undefined {
  switch (certificateFault(code)) {
    case undefined:
      return undefined
    case 'expired':
      return 'has expired'
    case 'not-yet-valid':
      return 'is not valid yet; is the clock of this machine right?'
    case 'other-name':
      return 'is for another name'
    case 'unknown-authority':
      return 'is not signed by a known authority; name that one with `ca`'
    case 'other':
      return `is not accepted (${code})`
  }
}

/** What fetch itself refuses before it connects. */
function isOfRequest(error: unknown): string | undefined {
  if (!(error instanceof TypeError)) return undefined
  if ((error.cause as Error | undefined)?.message === 'bad port') return 'fetch does not use this port'
  return error.message === 'fetch failed' ? undefined : 'one of its headers or its address is not allowed'
}
