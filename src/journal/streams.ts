import {leaseFold} from '../domain/lease.js'
import {runBookFold} from '../domain/run.js'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const dayMs = 86_400_000

/** The state is what counts: the tail is parsed at every start (about 63 MB a second), so it is kept short. */
const stateful = {
  limit: {bytes: 128 * kibibyte, records: 2000},
  retention: {maxAgeMs: 7 * dayMs, maxBytes: 8 * mebibyte},
}

/** The history is what counts: it is cut into pieces of a MiB and kept for long. */
const historical = {
  limit: {bytes: mebibyte, records: 10_000},
  retention: {maxAgeMs: 90 * dayMs, maxBytes: 128 * mebibyte},
}

/** Every journal of the state directory, for `openJournal`. A new one starts with a line here. */
export const streams = {
  leases: {name: 'leases', fold: leaseFold, ...stateful},
  runs: {name: 'runs', fold: runBookFold, ...historical},
}
