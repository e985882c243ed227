import type {
  FleetAnswer,
  FleetClaim,
  FleetEnd,
  FleetHolding,
  FleetLease,
  FleetTicket,
} from '../../domain/fleet/lease.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {parseStoreUrl} from '../../domain/fleet/store-url.js'
import {type Ask, createAsk, type StoreRow} from './ask.js'
import {schemaVersion} from './schema.js'
import {lacksFunction, otherSchema, storePlace} from './store-problem.js'

/**
 * The leases of a fleet in a PostgreSQL: a `FleetStore`. The functions of its schema decide; here is how they are asked,
 * and how their answers are read.
 *
 * @param timeoutMs limit of a connection, and of an answer
 * Throws GuardError `config` if the address is wrong. The verbs reject with StoreFault.
 */
export function openPostgresStore({url, timeoutMs}: {readonly url: string; readonly timeoutMs: number}) {
  const address = parseStoreUrl(url)
  const askServer = createAsk(address, timeoutMs)
  const refuseOther = async () => {
    const has = await readVersion(askServer)
    if (has !== undefined && has !== schemaVersion) throw otherSchema(address, {has, needs: schemaVersion})
  }
  // A schema of before this guard does not refuse it: it may lack a function with these parameters, or answer by older
  // rules. The server calls no function of a query whose condition is false from the start.
  const ask = async (call: string, ...values: readonly unknown[]): Promise<readonly StoreRow[]> => {
    const query = `select * from guard.${call} where guard.version() = ${schemaVersion}`
    const rows = await askServer(query, [schemaVersion, ...values]).catch(async (error: unknown) => {
      if (error instanceof StoreFault && lacksFunction(error)) await refuseOther()
      throw error
    })
    if (rows.length === 0) await refuseOther()
    return rows
  }
  const place = storePlace(address)
  const askOne = async (call: string, ...values: readonly unknown[]): Promise<StoreRow> => {
    const rows = await ask(call, ...values)
    const [row] = rows
    if (row && rows.length === 1) return row
    throw invalid(place, `${rows.length} rows`)
  }
  const holding = async (call: string, ...values: readonly unknown[]): Promise<FleetHolding> =>
    toHolding(place, await askOne(call, ...values))
  return {
    acquire: async ({job, host, holder, claimId, ttlMs, floor, slotAt, givenUp}: FleetClaim): Promise<FleetAnswer> => {
      // If a claim is asked for twice, a server that hung meanwhile may carry out the older question last.
      const attempt = process.hrtime.bigint()
      const own = [givenUp?.claimIds ?? [], givenUp?.ofSlot ?? [], timeoutMs]
      const values = [job, host, holder, claimId, ttlMs, floor, slotAt ?? null, attempt, ...own]
      return toAnswer(
        place,
        await askOne('acquire($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)', ...values),
        slotAt,
      )
    },
    renew: ({job, token, claimId}: FleetTicket) => holding('renew($1, $2, $3, $4)', job, token, claimId ?? null),
    release: ({job, token, claimId, status, detail, isUncounted}: FleetTicket & FleetEnd) => {
      const end = [status, detail ?? null, !isUncounted]
      return holding('release($1, $2, $3, $4, $5, $6, $7)', job, token, claimId ?? null, ...end)
    },
    check: ({job, token}: FleetTicket) => holding('check($1, $2, $3)', job, token),
    list: async (): Promise<readonly FleetLease[]> => {
      const rows = await ask('list($1)')
      return rows.map((row) => toLease(place, row))
    },
  }
}

/** @returns undefined if the store does not say it */
async function readVersion(ask: Ask): Promise<number | undefined> {
  try {
    const version = (await ask('select guard.version() as version', []))[0]?.['version']
    return typeof version === 'number' ? version : undefined
  } catch (error) {
    if (error instanceof StoreFault) return undefined
    throw error
  }
}

function toAnswer(place: string, row: StoreRow, slotAt: number | undefined): FleetAnswer {
  const {state} = row
  if (state === 'granted' || state === 'held' || state === 'done') return {state, lease: toLease(place, row)}
  if (state === 'early' && slotAt !== undefined) return {state, slotAt, serverAt: numberOf(place, row, 'server_ms')}
  throw invalid(place, `the state ${JSON.stringify(state)}`)
}

function toHolding(place: string, row: StoreRow): FleetHolding {
  const {state} = row
  if (state === 'held') return {state, lease: toLease(place, row)}
  if (state === 'fenced' || state === 'expired') {
    return {state, lease: row['job'] === null ? undefined : toLease(place, row)}
  }
  throw invalid(place, `the state ${JSON.stringify(state)}`)
}

function toLease(place: string, row: StoreRow): FleetLease {
  const text = (column: string) => textOf(place, row, column)
  const number = (column: string) => numberOf(place, row, column)
  return {
    job: text('job'),
    token: number('token'),
    host: text('host'),
    holder: text('holder'),
    claimId: text('claim_id'),
    ...(row['slot_ms'] !== null && {slotAt: number('slot_ms')}),
    claimedAt: number('claimed_ms'),
    ttlMs: number('ttl_ms'),
    remainingMs: number('remaining_ms'),
    ...(row['released_ms'] !== null && {released: releaseOf(place, row)}),
    ...(row['ended_token'] !== null && {lastEnd: lastEndOf(place, row)}),
    serverAt: number('server_ms'),
  }
}

function lastEndOf(place: string, row: StoreRow): NonNullable<FleetLease['lastEnd']> {
  const status = statusOf(place, row, 'ended_status')
  return {token: numberOf(place, row, 'ended_token'), status, at: numberOf(place, row, 'ended_ms')}
}

function releaseOf(place: string, row: StoreRow): NonNullable<FleetLease['released']> {
  const status = statusOf(place, row, 'release_status')
  const at = numberOf(place, row, 'released_ms')
  return {at, status, ...(row['release_detail'] !== null && {detail: textOf(place, row, 'release_detail')})}
}

function statusOf(place: string, row: StoreRow, column: string): FleetEnd['status'] {
  const status = row[column]
  if (status === 'ok' || status === 'error') return status
  throw invalid(place, `the ${column} ${JSON.stringify(status)}`)
}

function textOf(place: string, row: StoreRow, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw invalid(place, value === undefined ? `no column ${column}` : `the ${column} ${JSON.stringify(value)}`)
}

/** Numbers of 64 bits come as text, because those above 2^53 would be rounded: tokens that differ would look alike. */
function numberOf(place: string, row: StoreRow, column: string): number {
  const text = textOf(place, row, column)
  const number = Number(text)
  if (/^\d{1,19}$/.test(text) && Number.isSafeInteger(number)) return number
  throw invalid(place, `the ${column} ${JSON.stringify(text)}, which is not a number from 0 to 2^53 - 1`)
}

function invalid(place: string, what: string): StoreFault {
  const hints = ['compare its schema with that of guard: guard fleet check']
  return new StoreFault('invalid', `the store at ${place} answers with ${what}`, hints, {isOpen: true})
}
