import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {Lease, LeaseStatus, Leases} from '../../domain/lease/lease.js'
import type {Survivor} from '../../domain/run/stop-report.js'
import type {Overlap} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'
import {type LeaseDeps, tryLease} from '../lease/lease.js'

/** The lease of a run. If the journal cannot be written the user is warned, and the run goes on. */
export interface RunLease {
  /** Undefined if the job gets none, because another host may run it too. */
  readonly token: number | undefined
  /** Adds the job's own process to the lease, so that it outlives guard. */
  bind(pid: number): void
  /** Gives it to a process that outlives the run: the release is left out, so that no second copy starts beside it. */
  leaveTo(pid: number): void
  renew(): void
  /** Whether another run has taken it meanwhile. */
  isFenced(): boolean
  release(status: 'ok' | 'error', detail: string): void
  /**
   * Whether a run of the job may be over without an end on record; the release then asks the next run to look for it, and
   * tells it the `end` of this run, if it was that one.
   */
  setUnclosed(isUnclosed: boolean, end?: object): void
}

export type Claim =
  /** Without a lease where runs may overlap, or where the journal cannot be written. */
  | {
      readonly granted: true
      readonly lease: RunLease | undefined
      /** Whether a run of the job may be over without an end on record. */
      readonly isUnclosed: boolean
      /** How the lease before it was given back, `error` if it was not; a run that proves nothing of its job leaves it so. */
      readonly former?: LeaseStatus | undefined
      /** When the wait for it began, monotonic clock, ms. */
      readonly since?: number
      /** guard's own process. */
      readonly process?: ProcessRef | undefined
    }
  | {readonly granted: false; readonly reason: string}

export interface ClaimDeps extends LeaseDeps {
  /** Unknown without /proc: then the time alone frees the lease. */
  readonly self: ProcessRef | undefined
  readonly identify: (pid: number) => ProcessRef | undefined
  /** Ends the run that holds a lease. @returns what could not be ended; undefined if the holder is not a run */
  readonly cancelRun: (lease: Lease, byRun: string) => Promise<readonly Survivor[] | undefined>
  /** Whether this process runs inside the run that holds the lease. */
  readonly isInside: (lease: Lease) => Promise<boolean>
  /** Receives all leases, because they are read here anyway. */
  readonly sawLeases: (leases: Leases) => void
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
/** How long a lease may still be held once nothing is seen of its run any more: it may have other processes elsewhere. */
const afterCancelMs = 5000

/** Takes the lease for a run, by the job's overlap policy. */
export async function claimRun(deps: ClaimDeps, request: ClaimRequest): Promise<Claim> {
  const {overlap, waitMs} = request
  const {self} = deps
  if (overlap === 'allow') return {granted: true, lease: undefined, isUnclosed: false, ...(self && {process: self})}
  const since = deps.clock.mono()
  const deadline = since + (waitMs ?? Number.POSITIVE_INFINITY)
  let cancelled: {readonly run: string; readonly untilMs: number} | undefined
  for (;;) {
    const attempt = await claimOnce(deps, request)
    if (attempt.granted) return {...attempt, since}
    if (overlap === 'skip') return attempt
    const {lease, reason} = attempt
    if (await deps.isInside(lease))
      return {granted: false, reason: `it would wait for the run that has started it (${lease.holder})`}
    const rest = deadline - deps.clock.mono()
    if (rest <= 0) return {granted: false, reason: `${reason}; the wait is over`}
    if (cancelled?.run === lease.holder && deps.clock.mono() >= cancelled.untilMs)
      return {granted: false, reason: `the other run could not be ended from here; ${reason}`}
    if (overlap === 'cancel-other' && cancelled?.run !== lease.holder) {
      const survivors = await deps.cancelRun(lease, request.runId)
      if (survivors && survivors.length > 0) {
        // Loaded late: it is said of few runs.
        const {survivorText} = await import('../../domain/run/stop-report.js')
        return {granted: false, reason: `the other run ${survivorText(survivors)}`}
      }
      if (survivors) {
        cancelled = {run: lease.holder, untilMs: deps.clock.mono() + afterCancelMs}
        continue
      }
    }
    await deps.clock.sleep(Math.min(pollMs, rest))
  }
}

type Tried = Extract<Claim, {granted: true}> | {readonly granted: false; readonly reason: string; readonly lease: Lease}

async function claimOnce(deps: ClaimDeps, request: ClaimRequest): Promise<Tried> {
  const {job, runId, ttlMs} = request
  const leases = deps.leases.read()
  deps.sawLeases(leases)
  const before = leases.byJob.get(job)
  const tried = await tryLease(deps, {job, holder: runId, ttlMs, process: deps.self, waitMs: 0})
  if ('heldBy' in tried) {
    // Loaded late: most runs get their lease.
    const {busyText} = await import('./busy-text.js')
    return {granted: false, reason: busyText(tried.heldBy, deps.clock.now()), lease: tried.heldBy}
  }
  const isUnclosed = before !== undefined && (!before.released || before.released.unclosed === true)
  const former = before && (before.released?.status ?? 'error')
  return {granted: true, lease: runLease(deps, tried.granted, isUnclosed), isUnclosed, former, process: deps.self}
}

/** A journal that has no lease of the job, because it was emptied or made anew, does not prove that another run has it. */
function isTaken({byJob}: Leases, {job, claimId}: Pick<Lease, 'job' | 'claimId'>): boolean {
  const present = byJob.get(job)
  return present !== undefined && present.claimId !== claimId
}

/** A journal that cannot be read proves nothing. */
function isSeenTaken({leases}: ClaimDeps, own: Lease): boolean {
  try {
    return isTaken(leases.read(), own)
  } catch (error) {
    if (error instanceof GuardError) return false
    throw error
  }
}

function runLease(deps: ClaimDeps, own: Lease, wasUnclosed: boolean): RunLease {
  const {job, token, claimId} = own
  const of = {job, claim: claimId, token}
  let fenced = false
  let isLeft = false
  let unclosed: object | undefined = wasUnclosed ? {unclosed: true} : undefined
  const write = (entry: {readonly kind: string; readonly [field: string]: unknown}) => {
    if (fenced) return
    try {
      const {verdict, state} = deps.leases.append({...of, ...entry}, 'buffered')
      if (verdict === 'ok') return
      fenced = isTaken(state, own)
      if (fenced) deps.warn(`${job}: another run has taken the lease (token ${token} is old); the job goes on`)
      else deps.warn(`the lease of ${job} was not ${entry.kind}: the state directory was made anew or emptied`)
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      deps.warn(`the lease of ${job} was not ${entry.kind}: ${error.message}`)
    }
  }
  return {
    token,
    bind: (pid) => write({kind: 'renewed', jobProcess: deps.identify(pid)}),
    leaveTo: (pid) => {
      isLeft = true
      write({kind: 'renewed', jobProcess: deps.identify(pid)})
    },
    renew: () => write({kind: 'renewed'}),
    isFenced: () => fenced || isSeenTaken(deps, own),
    release: (status, detail) => {
      if (!isLeft) write({kind: 'released', status, detail, ...unclosed})
    },
    setUnclosed: (isUnclosed, end) => {
      unclosed = isUnclosed ? {unclosed: true, end} : undefined
    },
  }
}
