import {alertLevelOf, isAtLeast} from '../../domain/delivery/route.js'
import type {RawRecord} from '../../domain/journal/record.js'
import type {AlertLevel} from '../../domain/settings/job.js'

interface ReadSuppressedDeps {
  readonly outbox: {newestFirst(): Iterable<RawRecord>}
}

interface SuppressedFilter {
  /** This level or a worse one. */
  readonly level?: AlertLevel | undefined
  readonly job?: string | undefined
  /** Wall clock, ms. */
  readonly sinceMs?: number | undefined
}

/** A message that was not sent. */
export interface Suppressed {
  readonly id: string
  /** ISO 8601 UTC. */
  readonly timestamp: string
  readonly level: AlertLevel
  readonly channel: string
  /** At most ten names. */
  readonly jobs: readonly string[]
  /** What it would have said. */
  readonly message: string
  /** Why it was not sent. */
  readonly reason: string
}

/** The last `limit` messages that were not sent, newest first. Throws GuardError `io`. */
export function readSuppressed(
  {outbox}: ReadSuppressedDeps,
  {level = 'INFO', job, sinceMs = 0}: SuppressedFilter,
  limit: number,
): readonly Suppressed[] {
  const found: Suppressed[] = []
  for (const record of outbox.newestFirst()) {
    const one = parseSuppressed(record)
    if (!one || !isAtLeast(one.level, level) || Date.parse(one.timestamp) < sinceMs) continue
    if (job !== undefined && !one.jobs.includes(job)) continue
    found.push(one)
    if (found.length >= limit) break
  }
  return found
}

/** Any program may have written the line. @returns undefined if it is of another kind */
function parseSuppressed(record: RawRecord): Suppressed | undefined {
  const {kind, id, at, channel, jobs, level, title, reason} = record
  if (kind !== 'suppressed' || typeof at !== 'number' || Math.abs(at) > 8.64e15) return undefined
  return {
    id: String(id ?? ''),
    timestamp: new Date(at).toISOString(),
    level: alertLevelOf(level),
    channel: String(channel ?? ''),
    jobs: Array.isArray(jobs) ? jobs.filter((name) => typeof name === 'string') : [],
    message: String(title ?? ''),
    reason: String(reason ?? ''),
  }
}
