const kibibyte = 1024
const dayMs = 86_400_000

/**
 * A journal whose state every command reads is kept short: its tail is parsed at each start. 100 records take 1.1 ms
 * there, and 1,024 KiB of them would call the garbage collector, which takes 2 ms and 1 MiB.
 */
export const stateLimits = {
  limit: {bytes: 32 * kibibyte, records: 2000, timesSnapshot: 1},
  retention: {maxAgeMs: 7 * dayMs, maxBytes: 8 * kibibyte * kibibyte},
}

/** One that is history is only searched for a seal, in pieces that can be larger, and kept for long. */
export const historyLimits = {
  limit: {bytes: 256 * kibibyte, records: 10_000, timesSnapshot: 1},
  retention: {maxAgeMs: 90 * dayMs, maxBytes: 64 * kibibyte * kibibyte},
}
