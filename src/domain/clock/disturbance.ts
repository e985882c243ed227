import type {Uptime} from './uptime.js'

/**
 * The last disturbance: a boot, or a suspend or jump, as it was noticed. The boot in which guard was first used is one
 * when it happened, whenever guard first saw it. Uptime clock, ms.
 */
export function lastDisturbance({epochs}: Uptime): {readonly is: 'boot' | 'jump'; readonly uptimeMs: number} {
  const [last, before] = [epochs.at(-1), epochs.at(-2)]
  if (!last) return {is: 'boot', uptimeMs: 0}
  if (!before) return {is: 'boot', uptimeMs: last.startUptimeMs}
  return {is: last.boot === before.boot ? 'jump' : 'boot', uptimeMs: last.uptimeMs}
}

/**
 * Until when nothing counts as late after the last disturbance. Disturbances closer than the grace extend it by one
 * more grace in all, so that a machine that is suspended again and again hides no trouble. Uptime clock, ms.
 */
export function graceEnd(uptime: Uptime, graceMs: number): number {
  const {epochs} = uptime
  let firstMs = lastDisturbance(uptime).uptimeMs
  const endMs = firstMs + graceMs
  for (let index = epochs.length - 2; index >= 0; index--) {
    const former = epochs[index]
    const formerMs = index === 0 ? former?.startUptimeMs : former?.uptimeMs
    if (formerMs === undefined || firstMs - formerMs >= graceMs) break
    firstMs = formerMs
  }
  return Math.min(endMs, firstMs + 2 * graceMs)
}
