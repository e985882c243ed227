import type {FleetClaim, FleetHolding, FleetLease, FleetTicket} from '../../src/domain/fleet/lease.js'
import type {StoreFault} from '../../src/domain/fleet/store-fault.js'
import type {FleetStore} from '../../src/usecases/fleet/store.js'

type Row = Omit<FleetLease, 'remainingMs' | 'serverAt'> & {readonly expiresAt: number}

interface MemoryFleetStore extends FleetStore {
  /** What each later question is answered with; undefined for the truth. */
  fault: StoreFault | undefined
  /** The questions in their order, as `acquire nightly`. */
  readonly asked: string[]
  readonly rows: Map<string, Row>
}

/** How far ahead of the store's clock a slot may be, ms. */
const allowanceMs = 60_000

/** The store of a fleet in memory, by the same rules as that in PostgreSQL. */
export function memoryFleetStore(clock: {readonly now: () => number}): MemoryFleetStore {
  const rows = new Map<string, Row>()
  const lease = ({expiresAt, ...row}: Row): FleetLease => ({
    ...row,
    remainingMs: row.released ? 0 : Math.max(0, expiresAt - clock.now()),
    serverAt: clock.now(),
  })
  const leaseOf = (job: string) => {
    const row = rows.get(job)
    return row && lease(row)
  }
  const isOf = ({claimId}: Row, ticket: FleetTicket) => ticket.claimId === undefined || ticket.claimId === claimId
  const holding = (ticket: FleetTicket): FleetHolding => {
    const row = rows.get(ticket.job)
    const known = row && lease(row)
    if (!row || known?.token !== ticket.token || known.released || !isOf(row, ticket))
      return {state: 'fenced', lease: known}
    return {state: known.remainingMs > 0 ? 'held' : 'expired', lease: known}
  }
  const put = (row: Row) => {
    rows.set(row.job, row)
    return lease(row)
  }
  const grant = ({floor, givenUp: _, ...claim}: FleetClaim, known: FleetLease | undefined) => {
    const now = clock.now()
    const {ttlMs, slotAt = known?.slotAt} = claim
    const token = Math.max(known?.token ?? 0, floor) + 1
    return put({
      ...claim,
      token,
      claimedAt: now,
      expiresAt: now + ttlMs,
      ...(slotAt !== undefined && {slotAt}),
      ...(known?.lastEnd && {lastEnd: known.lastEnd}),
    })
  }
  const asked: string[] = []
  const store: MemoryFleetStore = {
    fault: undefined,
    asked,
    rows,
    acquire: async (claim) => {
      asked.push(`acquire ${claim.job}`)
      if (store.fault) throw store.fault
      const {job, slotAt, claimId, givenUp} = claim
      if (slotAt !== undefined && slotAt > clock.now() + allowanceMs)
        return {state: 'early', slotAt, serverAt: clock.now()}
      const known = leaseOf(job)
      if (!known || known.claimId === claimId) return {state: 'granted', lease: grant(claim, known)}
      const isNewer = slotAt === undefined || known.slotAt === undefined || slotAt > known.slotAt
      const isNobodys = isNewer
        ? givenUp?.claimIds.includes(known.claimId)
        : slotAt === known.slotAt && givenUp?.ofSlot.includes(known.claimId)
      if (isNobodys && !known.released) return {state: 'granted', lease: grant(claim, known)}
      if (slotAt !== undefined && known.slotAt !== undefined && slotAt <= known.slotAt)
        return {state: 'done', lease: known}
      if (known.remainingMs > 0) return {state: 'held', lease: known}
      return {state: 'granted', lease: grant(claim, known)}
    },
    renew: async (ticket) => {
      asked.push(`renew ${ticket.job}`)
      if (store.fault) throw store.fault
      const row = rows.get(ticket.job)
      if (row?.token !== ticket.token || row.released || !isOf(row, ticket)) return holding(ticket)
      return {state: 'held', lease: put({...row, expiresAt: clock.now() + row.ttlMs})}
    },
    release: async ({status, detail, isUncounted, ...ticket}) => {
      asked.push(`release ${ticket.job}`)
      if (store.fault) throw store.fault
      const row = rows.get(ticket.job)
      if (row?.token !== ticket.token || !isOf(row, ticket)) return holding(ticket)
      if (row.released) return {state: 'held', lease: lease(row)}
      const at = clock.now()
      const released = {at, status, ...(detail !== undefined && {detail})}
      const lastEnd = isUncounted ? undefined : {token: row.token, status, at}
      return {state: 'held', lease: put({...row, released, ...(lastEnd && {lastEnd})})}
    },
    check: async (ticket) => {
      asked.push(`check ${ticket.job}`)
      if (store.fault) throw store.fault
      return holding(ticket)
    },
    list: async () => {
      asked.push('list')
      if (store.fault) throw store.fault
      return Array.from(rows.values(), lease).sort((one, other) => (one.job < other.job ? -1 : 1))
    },
  }
  return store
}
