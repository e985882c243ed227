import {bulkLeaseFold, bulkLeases} from '../domain/lease-bulk.js'
import {chunkFolder} from './chunk-folder.js'
import {startLeaseLines} from './lease-program.js'
import {leaseStream} from './streams.js'

/** The leases for commands that look at all jobs, and may be the first to read what others wrote for a year. */
export const bulkLeaseStream = bulkLeaseStreamFrom(undefined)

/** @param manyBytes of lines from which on they are read in bulk; undefined: where that is quicker. */
export function bulkLeaseStreamFrom(manyBytes: number | undefined) {
  const chunks = chunkFolder(bulkLeaseFold, bulkLeasesOf, manyBytes)
  return {...leaseStream, fold: bulkLeaseFold, chunks}
}

function bulkLeasesOf() {
  const lines = startLeaseLines()
  return lines && bulkLeases(lines)
}
