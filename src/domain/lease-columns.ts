import type {Fold} from './fold.js'
import {fewLeases, type Leases, leaseFold, type SavedLeases} from './lease.js'
import {toColumn} from './to-column.js'

/** `leaseFold` for who writes a snapshot of many leases, and has the time to make columns of them. */
export const columnLeaseFold: Fold<Leases> = {
  ...leaseFold,
  save: ({grants, byJob}): SavedLeases => {
    const leases = [...byJob.values()]
    return leases.length < fewLeases ? {grants, leases} : {grants, columns: toColumn(leases)}
  },
}
