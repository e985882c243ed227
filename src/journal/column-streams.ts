import {columnLeaseFold} from '../domain/lease-columns.js'
import {columnRunFold} from '../domain/run-columns.js'
import {leaseStream, runStream} from './streams.js'

/** For who writes their snapshots, and reads them no other way than any run. */
export const columnLeaseStream = {...leaseStream, fold: columnLeaseFold}
export const columnRunStream = {...runStream, fold: columnRunFold}
