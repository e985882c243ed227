import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import {onTestFinished} from 'vitest'

/** The way of one host to a server, which can be cut: connections stay, and nothing passes any more. */
export interface CutProxy {
  readonly port: number
  cut(): void
  mend(): void
  /** From now on nothing comes back on a connection on which the server was sent this text. Undefined ends that. */
  holdAnswersTo(text: string | undefined): void
  /** Ends what is open, and leads to another port from now on, as after a fail-over. */
  lead(port: number): void
}

/** Starts a proxy on loopback before a port of loopback. It ends with the test. */
export async function startCutProxy(port: number): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  let [target, isCut] = [port, false]
  let held: string | undefined
  // What was lost on the way is not sent again, so what was open is of no use.
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const proxy = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    let isHeld = false
    near.on('data', (piece: Buffer) => {
      if (held !== undefined && piece.includes(held)) isHeld = true
    })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (piece) => void (isCut || (isHeld && from === far) || to.write(piece)))
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
    holdAnswersTo: (text) => {
      held = text
    },
    lead: (port) => {
      endAll()
      target = port
    },
  }
}
