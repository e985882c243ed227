const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** A span as text: its two largest units, rounded down (`26h`, `3d 4h`, `12m`). */
export function span(ms: number): string {
  const index = units.findIndex(([, size]) => ms >= size)
  const [unit, size] = units[index] ?? ['s', 1000]
  const whole = `${Math.floor(Math.max(0, ms) / size)}${unit}`
  const [nextUnit, nextSize] = units[index + 1] ?? ['s', 1000]
  const rest = Math.floor((ms % size) / nextSize)
  return index >= 0 && index < 3 && rest > 0 ? `${whole} ${rest}${nextUnit}` : whole
}
