import {nonEmptyText} from '../journal/non-empty-text.js'
import {isTime} from '../journal/record.js'

/**
 * A cron job of OpenClaw, with the fields of `cron list --all --json`. In every version from 2026.1 to 2026.9 an absent
 * field means "not set".
 */
export interface OpenClawJob {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  /** `every`, `cron`, `at`, `on-exit`, `stream`, or a kind of a later version. */
  readonly schedule: string
  /** Interval of an `every` schedule. */
  readonly everyMs: number | undefined
  /** The slots of an `every` schedule are counted from here. */
  readonly anchorMs: number | undefined
  /** `systemEvent`, `agentTurn`, `command`, `script`, … */
  readonly payload: string
  /** The job's own limit; 0 means that it has none. */
  readonly timeoutSeconds: number | undefined
  /** The marker: a run began then and has not ended, or it ended and the marker was left behind. */
  readonly runningAtMs: number | undefined
  readonly nextRunAtMs: number | undefined
  /** When the last run that has ended began. */
  readonly lastRunAtMs: number | undefined
  /** When the job was last created, changed, enabled or disabled, or a run of it ended. */
  readonly updatedAtMs: number | undefined
  readonly lastError: string | undefined
  readonly consecutiveErrors: number
  /** Why OpenClaw itself disabled the job; undefined if it is enabled, or if a person disabled it. */
  readonly autoDisabled: string | undefined
  /** OpenClaw owns it and refuses edits. */
  readonly systemOwned: boolean
}

/** The result of reading one job. A failed read says nothing about the job. */
export type OpenClawRead =
  | {readonly read: 'job'; readonly job: OpenClawJob}
  | {readonly read: 'absent'}
  | {readonly read: 'failed'; readonly reason: string}

/** Whether the job has a slot after each slot. Enabling a job that does not repeat may make it run again. */
export function repeats(job: OpenClawJob): boolean {
  return job.schedule === 'every' || job.schedule === 'cron'
}

/**
 * The jobs of `cron list --json`, and whether the list is complete.
 *
 * @returns undefined if `value` is not such a list
 */
export function parseOpenClawJobs(value: unknown): OpenClawJobs | undefined {
  const list = Array.isArray(value) ? value : field(value, 'jobs')
  if (!Array.isArray(list)) return undefined
  const jobs = list.map(parseOpenClawJob).filter((job) => job !== undefined)
  // With a page missing, or an entry that is not a job, an id that is not in the list may still exist.
  return {jobs, complete: field(value, 'hasMore') !== true && jobs.length === list.length}
}

export interface OpenClawJobs {
  readonly jobs: readonly OpenClawJob[]
  readonly complete: boolean
}

/** @returns undefined if `value` is not a job; unknown fields are ignored */
export function parseOpenClawJob(value: unknown): OpenClawJob | undefined {
  const id = nonEmptyText(field(value, 'id'))
  const enabled = field(value, 'enabled')
  if (id === undefined || typeof enabled !== 'boolean') return undefined
  const state = field(value, 'state')
  // With a time that cannot be read, the job counts as unknown: neither idle nor stuck.
  if (!stateTimes.every((name) => isTime(field(state, name) ?? 0))) return undefined
  return {
    id,
    name: nonEmptyText(field(value, 'name')) ?? id,
    enabled,
    schedule: nonEmptyText(field(field(value, 'schedule'), 'kind')) ?? 'unknown',
    everyMs: time(field(field(value, 'schedule'), 'everyMs')),
    anchorMs: time(field(field(value, 'schedule'), 'anchorMs')),
    payload: nonEmptyText(field(field(value, 'payload'), 'kind')) ?? 'unknown',
    timeoutSeconds: number(field(field(value, 'payload'), 'timeoutSeconds')),
    runningAtMs: time(field(state, 'runningAtMs')),
    nextRunAtMs: time(field(state, 'nextRunAtMs')),
    lastRunAtMs: time(field(state, 'lastRunAtMs')),
    updatedAtMs: time(field(value, 'updatedAtMs')),
    lastError: nonEmptyText(field(state, 'lastError')),
    consecutiveErrors: number(field(state, 'consecutiveErrors')) ?? 0,
    autoDisabled: enabled ? undefined : autoDisabled(state),
    systemOwned: isSystemOwned(nonEmptyText(field(value, 'declarationKey')) ?? ''),
  }
}

/** Jobs that OpenClaw itself creates since 2026.8; it refuses to edit them. */
function isSystemOwned(declarationKey: string): boolean {
  return declarationKey.startsWith('heartbeat:') || declarationKey.startsWith('skill-collection-review:')
}

/** So many errors in computing the next slot disable a job in every version; only 2026.8 and later record `autoDisabled`. */
const mostScheduleErrors = 3

function autoDisabled(state: unknown): string | undefined {
  const recorded = field(state, 'autoDisabled')
  if (recorded !== undefined && recorded !== null && recorded !== false) {
    return nonEmptyText(field(recorded, 'reason')) ?? 'no reason given'
  }
  const errors = number(field(state, 'scheduleErrorCount')) ?? 0
  return errors >= mostScheduleErrors ? `${errors} errors in computing its next slot` : undefined
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

const stateTimes = ['runningAtMs', 'nextRunAtMs', 'lastRunAtMs'] as const

/** A time of 0 means "not set". */
function time(value: unknown): number | undefined {
  const ms = number(value)
  return ms !== undefined && ms > 0 ? ms : undefined
}
