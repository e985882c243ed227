import type {Overlap} from '../domain/job-settings.js'
import {type Lease, type Leases, leaseState} from '../domain/lease.js'
import type {Place, ProcessRef} from '../domain/process-ref.js'
import {GuardError} from '../errors.js'
import type {Journal} from '../journal/journal.js'
import type {Clock} from '../system/clock.js'
import type {Survivor} from '../system/survivor.js'

/** The lease of a run, as the run sees it. A journal that fails meanwhile is told, and stops nothing. */
export interface RunLease {
  readonly token: number
  /** Adds the job's own process to the lease, so that it outlives guard. */
  bind(pid: number): void
  renew(): void
  release(status: 'ok' | 'error', detail: string): void
}

export type Claim =
  /** Without a lease where runs may overlap, or where the journal cannot be written. */
  | {readonly granted: true; readonly lease: RunLease | undefined; readonly interrupted: string | undefined}
  | {readonly granted: false; readonly reason: string}

export interface ClaimDeps {
  readonly clock: Clock
  readonly leases: Journal<Leases>
  readonly here: Place
  readonly self: ProcessRef
  readonly identify: (pid: number) => ProcessRef | undefined
  /** Whether a process of a lease lives: of its holder, of its job, or one that carries its run id. */
  readonly survivorOf: (lease: Lease) => Promise<Survivor>
  readonly endJob: (lease: Lease) => Promise<void>
  readonly warn: (text: string) => void
}

export interface ClaimRequest {
  readonly job: string
  readonly runId: string
  readonly ttlMs: number
  readonly overlap: Overlap
  readonly waitMs: number | undefined
}

const pollMs = 500

/** Takes the lease for a run, by the job's overlap policy. */
export async function claimRun(deps: ClaimDeps, request: ClaimRequest): Promise<Claim> {
  const {overlap, waitMs} = request
  if (overlap === 'allow') return {granted: true, lease: undefined, interrupted: undefined}
  const deadline = deps.clock.mono() + (waitMs ?? Number.POSITIVE_INFINITY)
  for (let ended = false; ; ) {
    const attempt = await claimOnce(deps, request)
    if (attempt.granted || overlap === 'skip') return attempt
    const rest = deadline - deps.clock.mono()
    if (rest <= 0) return {granted: false, reason: `${attempt.reason}; waited in vain`}
    if (overlap === 'cancel-other' && !ended) {
      ended = true
      await deps.endJob(attempt.lease)
    }
    await deps.clock.sleep(Math.min(pollMs, rest))
  }
}

type Tried = Extract<Claim, {granted: true}> | {readonly granted: false; readonly reason: string; readonly lease: Lease}

async function claimOnce(deps: ClaimDeps, request: ClaimRequest): Promise<Tried> {
  const present = deps.leases.read().byJob.get(request.job)
  const open = present && !present.released ? present : undefined
  const survivor = open ? await deps.survivorOf(open) : 'none'
  if (open && holds(deps, open, survivor)) return {granted: false, reason: busyText(deps, open, survivor), lease: open}
  const {job, runId, ttlMs} = request
  const over = open && survivor === 'none' ? {over: open.claimId} : {}
  const claim = {kind: 'claimed', job, holder: runId, ttlMs, process: deps.self, ...over}
  const {verdict, record, state} = deps.leases.append(claim, 'durable')
  const lease = state.byJob.get(job)
  if (verdict === 'ok' && lease?.claimId === record.id)
    return {granted: true, lease: runLease(deps, lease), interrupted: open?.holder}
  if (!lease) throw new GuardError('internal', `the lease of ${job} vanished from the journal`)
  return {granted: false, reason: busyText(deps, lease, 'guard'), lease}
}

/** A run holds its lease while it or its job lives, even past the lease's time: a second copy shall never start beside it. */
function holds(deps: ClaimDeps, lease: Lease, survivor: Survivor): boolean {
  if (survivor === 'guard' || survivor === 'job') return true
  const now = {...deps.here, at: deps.clock.now(), mono: deps.clock.mono()}
  return survivor === 'unknown' && leaseState(lease, now) === 'held'
}

function busyText({clock}: ClaimDeps, lease: Lease, survivor: Survivor): string {
  const {job, holder, jobProcess, process, claimedAt} = lease
  const sinceS = Math.round((clock.now() - claimedAt) / 1000)
  const pid = survivor === 'job' ? jobProcess?.pid : (process?.pid ?? jobProcess?.pid)
  const who = survivor === 'job' ? 'its guard is gone, but the job itself still runs' : `run ${holder} holds its lease`
  return `${job} has been running for ${sinceS} s: ${who}${pid ? `, pid ${pid}` : ''}`
}

function runLease(deps: ClaimDeps, {job, token, claimId}: Lease): RunLease {
  const of = {job, claim: claimId, token}
  let fenced = false
  const write = (entry: {readonly kind: string; readonly [field: string]: unknown}) => {
    if (fenced) return
    try {
      fenced = deps.leases.append({...of, ...entry}, 'buffered').verdict === 'void'
      if (fenced) deps.warn(`${job}: somebody else has taken the lease (token ${token} is old); the job runs on`)
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      deps.warn(`the lease of ${job} was not ${entry.kind}: ${error.message}`)
    }
  }
  return {
    token,
    bind: (pid) => write({kind: 'renewed', jobProcess: deps.identify(pid)}),
    renew: () => write({kind: 'renewed'}),
    release: (status, detail) => write({kind: 'released', status, detail}),
  }
}
