import './own-navigator.js'
import Client from 'pg/lib/client.js'
import type {StoreAddress} from '../../domain/fleet/store-url.js'
import {readAuthority} from './authority.js'
import {storePlace, TooLate, toStoreFault} from './store-problem.js'

/** A row as the server sent it: numbers of 64 bits are text. */
export type StoreRow = Readonly<Record<string, unknown>>

/** One question to a store. */
export type Ask = (text: string, values: readonly unknown[]) => Promise<readonly StoreRow[]>

/**
 * Asks one thing over a connection of its own, which is closed after the answer: nothing of a session is kept, so it does
 * not matter which server of a pool answers.
 *
 * The two time limits, for the connection and for the answer, are guard's own: PgBouncer in transaction mode refuses a
 * connection that begins with `statement_timeout` (08P01), and a server that hangs would not keep it.
 *
 * The answer rejects with StoreFault.
 */
export function createAsk(address: StoreAddress, timeoutMs: number): Ask {
  return async (text, values) => {
    let client: Client | undefined
    let isSent = false
    try {
      client = new Client(optionsOf(address))
      // Nothing of the environment counts: the address says all.
      Object.assign(client.connectionParameters, {options: undefined, replication: undefined})
      // Nothing waits for a connection that ends after its answer or its limit.
      client.on('error', () => undefined)
      await within(timeoutMs, client.connect(), 'connection')
      isSent = true
      const {rows} = await within(timeoutMs, client.query({text, values}), 'answer')
      sayGoodbye(client, timeoutMs)
      return rows
    } catch (error) {
      client?.connection.stream.destroy()
      throw toStoreFault(error, {address, timeoutMs, isSent})
    }
  }
}

function optionsOf({host, port, database, user, password = '', tls}: StoreAddress) {
  return {
    host,
    port,
    database,
    user,
    // Given as a function, an empty password is not replaced by that of PGPASSWORD or ~/.pgpass.
    password: () => password,
    ssl: tls ? tlsOptions(tls, storePlace({host, port})) : (false as const),
    sslnegotiation: 'postgres' as const,
    client_encoding: 'UTF8',
    application_name: 'guard',
  }
}

function tlsOptions({rootCertificate}: NonNullable<StoreAddress['tls']>, place: string) {
  const checked = {rejectUnauthorized: true}
  return rootCertificate === undefined ? checked : {...checked, ca: readAuthority(rootCertificate, place)}
}

/** The server closes the connection; one that hangs keeps neither the process nor the connection. */
function sayGoodbye(client: Client, limitMs: number): void {
  const {stream} = client.connection
  const timer = setTimeout(() => stream.destroy(), limitMs)
  timer.unref()
  stream.once('close', () => clearTimeout(timer))
  stream.unref()
  client.end().catch(() => undefined)
}

async function within<T>(limitMs: number, work: Promise<T>, what: 'connection' | 'answer'): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(what)), limitMs)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
