import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import {onTestFinished} from 'vitest'

/** The way of one host to a server, which can be cut: connections stay, and nothing passes any more. */
export interface CutProxy {
  readonly port: number
  cut(): void
  mend(): void
  /** Ends what is open, and leads to another port from now on, as after a fail-over. */
  lead(port: number): void
}

/** Starts a proxy on loopback before a port of loopback. It ends with the test. */
export async function startCutProxy(port: number): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  let [target, isCut] = [port, false]
  // What was lost on the way is not sent again, so what was open is of no use.
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const proxy = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (piece) => void (isCut || to.write(piece)))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    endAll()
    proxy.close()
  })
  return {
    port: (proxy.address() as AddressInfo).port,
    cut: () => {
      isCut = true
    },
    mend: () => {
      endAll()
      isCut = false
    },
    lead: (port) => {
      endAll()
      target = port
    },
  }
}
