import type {
  IncidentFacts,
  JobFacts,
  LastEnd,
  Liveness,
  OutputFacts,
  SlotFacts,
} from '../../src/domain/watchdog/job-facts.js'

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute

/** The uptime clock of all facts made here. */
export const nowUptimeMs = 1000 * hour

const usual: JobFacts = {
  job: 'scan',
  now: {
    at: Date.UTC(2026, 0, 5, 12),
    uptimeMs: nowUptimeMs,
    disturbance: {is: 'boot', uptimeMs: 0},
    graceEndMs: 10 * minute,
  },
  limits: {freshForMs: undefined, graceMs: 5 * minute, vetoForMs: hour, bootGraceMs: 10 * minute, wellForMs: hour},
  watchedSinceMs: 0,
  liveness: {is: 'never-seen'},
  lastEnd: undefined,
  streak: undefined,
  hasRuns: false,
  nextRunInMs: hour,
  incident: undefined,
  skipped: undefined,
  outputs: [],
  slot: undefined,
  openclaw: undefined,
  openclawRanUptimeMs: undefined,
}

/** Facts of a job that has been watched for long, without a recent boot or clock jump. */
export function jobFacts(facts: Partial<JobFacts>): JobFacts {
  return {...usual, ...facts}
}

export const running: Liveness = {
  is: 'running',
  startedUptimeMs: nowUptimeMs - hour,
  seenUptimeMs: nowUptimeMs - minute,
}
export const lost: Liveness = {
  is: 'expired',
  isDead: false,
  startedUptimeMs: nowUptimeMs - hour,
  seenUptimeMs: nowUptimeMs - 20 * minute,
}

export function ended(agoMs: number): Liveness {
  return {is: 'ended', startedUptimeMs: nowUptimeMs - agoMs - minute, seenUptimeMs: nowUptimeMs - agoMs}
}

/** The end of the last run on record, so long ago. */
export function lastEnd(agoMs: number, outcome: LastEnd['outcome'] = 'healthy', more: Partial<LastEnd> = {}): LastEnd {
  const end = {
    runId: 'r1',
    outcome,
    detail: undefined,
    uptimeMs: nowUptimeMs - agoMs,
    endedAt: usual.now.at - agoMs,
    byReboot: false,
    refused: undefined,
  }
  return {...end, ...more}
}

/** An incident that was opened so long ago. */
export function incident(kind: string, openedAgoMs: number, more: Partial<IncidentFacts> = {}): IncidentFacts {
  const opened = {kind, level: 'CRITICAL', openedUptimeMs: nowUptimeMs - openedAgoMs} as const
  return {...opened, isFlapping: false, wellSinceMs: undefined, ...more}
}

/** An output with a maximum age of an hour, written `agoMs` ago. */
export function output(agoMs: number, problem?: string): OutputFacts {
  const newest = {path: 'out.json', modifiedUptimeMs: nowUptimeMs - agoMs, size: 10, problem}
  return {files: '*.json', maxAgeMs: hour, newest, future: undefined, unreadable: undefined}
}

export const noFile: OutputFacts = {
  files: '*.json',
  maxAgeMs: hour,
  newest: undefined,
  future: undefined,
  unreadable: undefined,
}

export function slot(agoMs: number, is: SlotFacts['due']['is'] = 'up'): SlotFacts {
  return {
    at: usual.now.at - agoMs,
    due: {is, uptimeMs: nowUptimeMs - agoMs},
    former: {is: 'up', uptimeMs: nowUptimeMs - agoMs - hour},
  }
}
