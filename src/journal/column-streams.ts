import {columnLeaseFold} from '../domain/lease-columns.js'
import {leaseStream} from './streams.js'

/** The leases for a run that writes their snapshot, and reads them no other way than any run. */
export const columnLeaseStream = {...leaseStream, fold: columnLeaseFold}
