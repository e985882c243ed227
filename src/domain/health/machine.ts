import type {Check, HealthVerdict} from './check.js'

/** What the system says of the machine; undefined if it does not say. */
export interface MachineFacts {
  readonly disk: DiskFacts | undefined
  readonly memory: MemoryFacts | undefined
  readonly load: LoadFacts
}

/** The file system of the state directory. */
export interface DiskFacts {
  /** The folder that was looked at. */
  readonly path: string
  /** For programs without special rights. */
  readonly freeBytes: number
  readonly totalBytes: number
  /** Inodes; a total of 0 means that the file system makes them as it needs them. */
  readonly freeFiles: number
  readonly totalFiles: number
}

export interface MemoryFacts {
  /** Available to programs without swapping. */
  readonly availableBytes: number
  readonly totalBytes: number
}

interface LoadFacts {
  /** Means of 1, 5 and 15 minutes. */
  readonly averages: readonly number[]
  readonly cores: number
}

const kibibyte = 1024
const mebibyte = kibibyte ** 2
const gibibyte = kibibyte ** 3

/** Free space below the share or below the size: the share is for small disks, the size for small quotas. */
const diskLimits = {
  unhealthy: {share: 0.01, bytes: 10 * mebibyte},
  degraded: {share: 0.05, bytes: 100 * mebibyte},
} as const

const leastMemoryShare = 0.05

export function judgeDisk(disk: DiskFacts | undefined): Check {
  if (!disk)
    return {check: 'disk', verdict: 'degraded', reason: 'the file system does not report its free space', facts: {}}
  const {path, freeBytes, totalBytes, freeFiles, totalFiles} = disk
  const verdict = (['unhealthy', 'degraded'] as const).find((level) => isShort(disk, level)) ?? 'healthy'
  const files = totalFiles > 0 ? `, ${percent(freeFiles / totalFiles)} of its inodes` : ''
  return {
    check: 'disk',
    verdict,
    reason: `${sizeText(freeBytes)} of ${sizeText(totalBytes)} free (${percent(share(freeBytes, totalBytes))})${files} at ${path}`,
    facts: {...disk},
  }
}

function isShort(
  {freeBytes, totalBytes, freeFiles, totalFiles}: DiskFacts,
  level: Exclude<HealthVerdict, 'healthy'>,
): boolean {
  const limit = diskLimits[level]
  const isOutOfFiles = totalFiles > 0 && freeFiles / totalFiles < limit.share
  return freeBytes < limit.bytes || share(freeBytes, totalBytes) < limit.share || isOutOfFiles
}

export function judgeMemory(memory: MemoryFacts | undefined): Check {
  if (!memory) return {check: 'memory', verdict: 'healthy', reason: 'the system does not report it', facts: {}}
  const {availableBytes, totalBytes} = memory
  const available = share(availableBytes, totalBytes)
  return {
    check: 'memory',
    verdict: available < leastMemoryShare ? 'degraded' : 'healthy',
    reason: `${sizeText(availableBytes)} of ${sizeText(totalBytes)} available (${percent(available)})`,
    facts: {...memory},
  }
}

/** Reported and never judged: what is much for one machine is normal for another. */
export function reportLoad({averages, cores}: LoadFacts): Check {
  const perCore = Math.round(((averages[0] ?? 0) / cores) * 100) / 100
  const means = averages.map((mean) => mean.toFixed(2)).join(', ')
  return {
    check: 'load',
    verdict: 'healthy',
    reason: `${perCore} per core (${means} on ${cores} ${cores === 1 ? 'core' : 'cores'})`,
    facts: {averages, cores, perCore},
  }
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}

/** Rounds down, so that 4.99 % is not shown as the 5 % that are enough. */
function percent(part: number): string {
  return `${Math.floor(part * 1000) / 10} %`
}

function sizeText(bytes: number): string {
  const [unit, size] = bytes >= gibibyte ? ['GiB', gibibyte] : bytes >= mebibyte ? ['MiB', mebibyte] : ['KiB', kibibyte]
  return `${Math.floor((bytes / Number(size)) * 10) / 10} ${unit}`
}
