import type {JobSettings} from './job.js'
import type {Secret} from './secret.js'

/** The store in which the hosts of a fleet agree who runs a job. */
export interface FleetSettings {
  /** Where the address of the PostgreSQL is kept, `postgres://user:password@host/database`. */
  readonly postgres: Secret
  /** By which the other hosts know this one; undefined for its host name, because settings are shared by hosts. */
  readonly host?: string
  /** Limit of a connection, and of an answer. */
  readonly timeoutMs: number
  /** A store that is away is tried again for so long. */
  readonly waitMs: number
  /** What to do with a run once it was tried so long: refuse it, or run it with the lease of this machine alone. */
  readonly onStoreError: 'refuse' | 'run'
}

/**
 * What is wrong with the job for a fleet, by the key that is wrong, and what to write.
 *
 * A holder that was not renewed for two thirds of the ttl ends its job with TERM, and with KILL before the ttl ends: so
 * the last third must be longer than `killAfter`.
 *
 * @returns undefined if nothing is, or if the job is not of a fleet
 */
export function fleetJobProblem({
  scope,
  overlap,
  ttlMs,
  killAfterMs,
  schedule,
}: Pick<JobSettings, 'scope' | 'overlap' | 'ttlMs' | 'killAfterMs' | 'schedule'>):
  | {readonly key: 'overlap' | 'ttl' | 'schedule'; readonly text: string}
  | undefined {
  if (scope === 'machine') return undefined
  if (overlap === 'allow' || overlap === 'cancel-other')
    return {key: 'overlap', text: 'is not possible with scope: fleet; write skip or wait'}
  if (schedule !== undefined && /^\s*@every\b/i.test(schedule))
    return {key: 'schedule', text: 'is counted by each host from its own last start; write a cron expression'}
  if (ttlMs / 3 > killAfterMs) return undefined
  const seconds = `${(3 * killAfterMs) / 1000}s`
  return {key: 'ttl', text: `is too short for scope: fleet; write more than ${seconds}, three times killAfter`}
}
