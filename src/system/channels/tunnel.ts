import type {Socket} from 'node:net'

interface Tunnel {
  /** URL of an HTTP proxy. */
  readonly proxy: string
  readonly host: string
  readonly port: number
  /** Certificates of authorities in PEM, for a proxy that is asked over TLS. */
  readonly ca: string | undefined
  readonly signal: AbortSignal
}

/** A connection through an HTTP proxy, for what is not HTTP itself. Throws an error with the code `ERR_PROXY_TUNNEL`. */
export async function connectThroughProxy({proxy, host, port, ca, signal}: Tunnel): Promise<Socket> {
  const {protocol, hostname, port: proxyPort, username, password} = new URL(proxy)
  const isSecure = protocol === 'https:'
  const {request} = isSecure ? await import('node:https') : await import('node:http')
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{
        host: hostname,
        port: proxyPort || (isSecure ? 443 : 80),
        method: 'CONNECT',
        path: `${host}:${port}`,
        signal,
        agent: false,
      },
      ...{rejectUnauthorized: true, ...(ca !== undefined && {ca})},
      headers: {host: `${host}:${port}`, ...(username && {'proxy-authorization': `Basic ${login}`})},
    })
    asked.once('error', reject)
    asked.once('connect', ({statusCode}, socket) => {
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(Object.assign(new Error('the proxy refuses the connection'), {code: 'ERR_PROXY_TUNNEL'}))
    })
    asked.end()
  })
}
