const kibibyte = 1024
const dayMs = 86_400_000

/**
 * For a journal whose state every command reads. It is kept short because its tail is parsed at each start, and because
 * each old generation is one more file name to list. Its history is of no use beyond the state.
 */
export const stateLimits = {
  limit: {bytes: 16 * kibibyte, records: 2000, timesSnapshot: 1},
  retention: {maxAgeMs: 2 * dayMs, maxBytes: 8 * kibibyte * kibibyte},
}

/** For a journal that is history. Writers only search it for a seal, so it may grow larger; it is kept for long. */
export const historyLimits = {
  limit: {bytes: 256 * kibibyte, records: 10_000, timesSnapshot: 1},
  retention: {maxAgeMs: 90 * dayMs, maxBytes: 64 * kibibyte * kibibyte},
}
