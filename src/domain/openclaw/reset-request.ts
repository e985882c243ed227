import type {ClockReading} from '../clock/reading.js'
import {isJobName} from '../job/job-name.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import {nonEmptyText} from '../journal/non-empty-text.js'
import {type Entry, hasFields, type RawRecord} from '../journal/record.js'

/**
 * A reset request asks the reset daemon to free one stuck job of OpenClaw. It is one appended line, so it works when
 * OpenClaw does not.
 *
 * Any program may write one (`echo '{"job_id":…}' >> openclaw_reset_requests.jsonl`). Its id is its `request_id`, else the
 * id of guard's stamp, else a hash of its content, so a line that was written twice is one request, answered once.
 */
export interface ResetRequest {
  readonly id: string
  /** OpenClaw's id of the job. */
  readonly jobId: string
  readonly jobName: string | undefined
  /** guard's name of the job, where the writer knew it. */
  readonly job: string | undefined
  /** Id of the incident for which the watchdog asked; undefined in other requests. */
  readonly incident?: string | undefined
  readonly reason: string
  /** Number of the request within its incident, from 1. */
  readonly attempts: number
  /** The marker that was seen; undefined stands for any marker. */
  readonly runningAtMs: number | undefined
  /** Wall clock, ms; undefined if the line names no time. */
  readonly requestedAtMs: number | undefined
  /** When guard wrote the line; undefined for a line of another program. */
  readonly written: ClockReading | undefined
}

export interface ResetRequests {
  /** By request id, oldest first. */
  readonly byId: Map<string, ResetRequest>
  /** Lines of JSON that are not a request. */
  unreadable: number
}

/** Characters of a name, and of a reason: what the daemon writes about a request must fit into one line. */
const longestName = 200
const longestReason = 1000

/** The oldest requests beyond this number are forgotten. */
const mostRequests = 10_000

export const resetRequestFold: Fold<ResetRequests> = {
  empty: () => ({byId: new Map(), unreadable: 0}),
  apply: applyRequest,
  save: ({byId, unreadable}) => ({requests: [...byId.values()], unreadable}),
  restore: (saved) => {
    const {requests, unreadable} = saved as {requests: readonly ResetRequest[]; unreadable: number}
    return {byId: new Map(requests.map((request) => [request.id, request])), unreadable}
  },
}

function applyRequest(state: ResetRequests, record: RawRecord): FoldVerdict {
  const request = parseResetRequest(record)
  if (!request) {
    state.unreadable += 1
    return 'void'
  }
  if (state.byId.has(request.id)) return 'void'
  state.byId.set(request.id, request)
  const [oldest] = state.byId.keys()
  if (state.byId.size > mostRequests && oldest !== undefined) state.byId.delete(oldest)
  return 'ok'
}

/** What the watchdog appends. `requestedAtMs` is the wall clock. */
export function resetRequestEntry(
  request: Omit<ResetRequest, 'written' | 'requestedAtMs'> & {readonly requestedAtMs: number},
): Entry {
  return {
    kind: 'requested',
    ...(request.job !== undefined && {job: request.job}),
    request_id: request.id,
    job_id: request.jobId,
    job_name: request.jobName ?? request.jobId,
    reason: request.reason,
    requested_at: new Date(request.requestedAtMs).toISOString(),
    attempts: request.attempts,
    ...(request.incident !== undefined && {incident: request.incident}),
    ...(request.runningAtMs !== undefined && {running_at_ms: request.runningAtMs}),
  }
}

export function parseResetRequest(record: RawRecord): ResetRequest | undefined {
  const {kind, job_id: jobId} = record
  if (kind !== undefined && kind !== 'requested') return undefined
  if (typeof jobId !== 'string' || jobId === '' || jobId.length > longestName) return undefined
  const id = requestId(record, jobId)
  if (id.length > longestName) return undefined
  const runningAtMs = record['running_at_ms']
  const job = nonEmptyText(record['job'])
  return {
    id,
    jobId,
    jobName: nonEmptyText(record['job_name'])?.slice(0, longestName),
    job: job !== undefined && isJobName(job) ? job : undefined,
    incident: nonEmptyText(record['incident'])?.slice(0, longestName),
    reason: nonEmptyText(record['reason'])?.slice(0, longestReason) ?? 'no reason given',
    attempts: typeof record['attempts'] === 'number' ? record['attempts'] : 1,
    runningAtMs: typeof runningAtMs === 'number' && runningAtMs > 0 ? runningAtMs : undefined,
    requestedAtMs: parseTime(record['requested_at'] ?? record['at']),
    written: parseMoment(record),
  }
}

function requestId(record: RawRecord, jobId: string): string {
  const given = nonEmptyText(record['request_id']) ?? (record['v'] === 1 ? nonEmptyText(record['id']) : undefined)
  if (given !== undefined) return given
  const said = [
    jobId,
    record['job_name'],
    record['reason'],
    record['requested_at'],
    record['attempts'],
    record['running_at_ms'],
  ]
  return `line-${fingerprint(JSON.stringify(said))}`
}

/** 64-bit FNV-1a in hex (http://www.isthe.com/chongo/tech/comp/fnv/): the same text always gives the same id. */
function fingerprint(said: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(said)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}

/** ISO 8601 or ms. A time without a zone is UTC, as Python's `utcnow().isoformat()` writes it. */
function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(value)
  const ms = Date.parse(isZoned ? value : `${value}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

function parseMoment(record: RawRecord): ClockReading | undefined {
  if (!hasFields(record, {at: 'number', mono: 'number', boot: 'string', host: 'string'})) return undefined
  const {at, mono, boot, host} = record as RawRecord & ClockReading
  return {at, mono, boot, host}
}
