/**
 * How much later than its slot a job is due, ms: the same for each slot of a job on a host, and different for others, so
 * that a fleet does not ask one server at the same second. The hash is FNV-1a (Fowler, Noll, Vo), 32 bits.
 */
export function spreadOf(host: string, job: string, spreadMs: number): number {
  if (spreadMs <= 0) return 0
  let hash = 0x811c9dc5
  for (const character of `${host} ${job}`) {
    hash ^= character.codePointAt(0) ?? 0
    hash = Math.imul(hash, 0x01000193)
  }
  return (hash >>> 0) % spreadMs
}
