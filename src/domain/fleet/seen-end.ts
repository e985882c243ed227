import type {FleetLease} from './lease.js'

/** How a job's last run in the fleet had ended when a host was refused. Both times were of the store's clock. */
export interface SeenEnd {
  readonly token: number
  readonly status: 'ok' | 'error'
  readonly agoMs: number
}

/** @returns undefined if no run has given the lease back yet */
export function lastEndSeen({lastEnd, serverAt}: FleetLease): SeenEnd | undefined {
  return lastEnd && {token: lastEnd.token, status: lastEnd.status, agoMs: Math.max(0, serverAt - lastEnd.at)}
}
