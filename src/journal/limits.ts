const kibibyte = 1024
const dayMs = 86_400_000

/**
 * A journal whose state every command reads is kept short: its tail is parsed at each start, and 32 KiB of it take
 * 2 ms there. Nobody asks for what its state has forgotten, and each old generation is a name to be listed at a start.
 */
export const stateLimits = {
  limit: {bytes: 16 * kibibyte, records: 2000, timesSnapshot: 1},
  retention: {maxAgeMs: 2 * dayMs, maxBytes: 8 * kibibyte * kibibyte},
}

/** One that is history is only searched for a seal, in pieces that can be larger, and kept for long. */
export const historyLimits = {
  limit: {bytes: 256 * kibibyte, records: 10_000, timesSnapshot: 1},
  retention: {maxAgeMs: 90 * dayMs, maxBytes: 64 * kibibyte * kibibyte},
}
