import {bulkLeaseFold, bulkLeases} from '../domain/lease-bulk.js'
import {chunkFolder} from './chunk-folder.js'
import {startLeaseLines} from './lease-program.js'
import {leaseStream} from './streams.js'

/** The leases for commands that look at all jobs, and may be the first to read what others wrote for a year. */
export const bulkLeaseStream = {
  ...leaseStream,
  fold: bulkLeaseFold,
  chunks: chunkFolder(bulkLeaseFold, () => {
    const lines = startLeaseLines()
    return lines && bulkLeases(lines)
  }),
}
