import {get} from 'node:http'
import type {GatewayHealth} from '../../domain/openclaw/response.js'

const probeLimitMs = 2000

/**
 * Distinguishes a gateway that is down from one that hangs or is busy. `url` is its base address. A stopped process accepts
 * the connection and never answers; gateways before 2026.5 answer 200 with a page of HTML, so only JSON counts.
 */
export async function probeGateway(url: string): Promise<GatewayHealth> {
  const live = await ask(new URL('/healthz', url))
  if (typeof live === 'string') return live
  if (live['ok'] !== true) return 'unclear'
  const ready = await ask(new URL('/readyz', url))
  if (typeof ready === 'string') return ready === 'unclear' ? 'not-ready' : ready
  return ready['ready'] === true ? 'ready' : 'not-ready'
}

function ask(url: URL): Promise<Readonly<Record<string, unknown>> | 'down' | 'hung' | 'unclear'> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(probeLimitMs)
    const fail = (error: NodeJS.ErrnoException) => {
      if (signal.aborted) resolve('hung')
      else resolve(error.code === 'ECONNREFUSED' ? 'down' : 'unclear')
    }
    const request = get(url, {agent: false, signal}, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= bodyLimit) chunks.push(chunk)
        else request.destroy()
      })
      response.on('error', fail)
      response.on('close', () => resolve('unclear'))
      response.on('end', () => resolve(parseObject(Buffer.concat(chunks).toString()) ?? 'unclear'))
    })
    request.on('error', fail)
  })
}

const bodyLimit = 64 * 1024

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}
