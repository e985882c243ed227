const unitsBytes: Readonly<Record<string, number>> = {'': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4}

/** Reads `512`, `64kB`, `10MB`, `1.5GiB`; units are powers of 1024 as in logrotate. @returns bytes, or undefined if it is not a size */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim())
  if (!match) return undefined
  const bytes = Math.round(Number(match[1]) * (unitsBytes[match[2]?.toLowerCase() ?? ''] ?? 1))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** The shortest text that `parseSize` reads back: 10485760 → `10MB`. */
export function formatSize(bytes: number): string {
  for (const unit of ['t', 'g', 'm', 'k'] as const) {
    const size = unitsBytes[unit] ?? 1
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit === 'k' ? unit : unit.toUpperCase()}B`
  }
  return `${bytes}B`
}
