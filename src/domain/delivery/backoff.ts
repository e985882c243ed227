/** Waits after failed attempts of one message, ms; the last one is repeated. */
const waitsMs = [5_000, 30_000, 120_000, 600_000, 1_800_000]

/** A message that has not arrived after so long is given up. */
export const deadAfterMs = 24 * 3_600_000

/** From then on it goes by the fallback of its channel as well. */
export const fallbackAfterMs = 15 * 60_000

/**
 * How long to wait after the failed attempt of this number (from 1), ms. Receivers that were away do not get all at once:
 * up to a fifth more, by a random number from 0 to 1.
 */
export function waitAfterMs(attempt: number, random: number): number {
  const wait = waitsMs[Math.min(attempt, waitsMs.length) - 1] ?? waitsMs[0] ?? 0
  return Math.round(wait * (1 + random / 5))
}
