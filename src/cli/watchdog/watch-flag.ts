import type {Flag} from '../command/flag.js'

/** Shorter rounds would keep the machine busy, and fill the journal of leases. */
export const watchFlag = {
  type: 'duration',
  summary: 'go on for ever, with this time between two rounds',
  minMs: 1000,
} as const satisfies Flag
