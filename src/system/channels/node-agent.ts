import type {RequestInit as UndiciInit} from 'undici'

interface Way {
  readonly proxy: string | undefined
  readonly ca: string | undefined
}

/** One request on Node with a proxy or certificates of its own. `end` gives up its connections. */
export async function fetchThroughAgent(url: string, init: UndiciInit, {proxy, ca}: Way) {
  // It is large, and few channels need it.
  const {Agent, fetch, ProxyAgent} = await import('undici')
  const tls = {rejectUnauthorized: true, ...(ca !== undefined && {ca})}
  const agent =
    proxy === undefined
      ? new Agent({connect: tls})
      : new ProxyAgent({uri: proxy, proxyTls: tls, requestTls: tls, connect: tls})
  const end = () => agent.destroy()
  try {
    const response = await fetch(url, {...init, dispatcher: agent})
    return {response: response as unknown as Response, end}
  } catch (error) {
    await end()
    throw error
  }
}
