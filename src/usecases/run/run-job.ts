import {leaseLost} from '../../domain/retry/not-retried.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import {cancelledClass, cancelText, isHealthy} from '../../domain/run/outcome.js'
import type {RunReport} from '../../domain/run/report.js'
import type {JobSettings} from '../../domain/settings/job.js'
import type {Journal} from '../../journal/journal.js'
import type {JobOutput} from '../../system/output/job-output.js'
import type {CaughtSignals} from '../../system/process/catch-signals.js'
import type {JobInput} from '../../system/process/input.js'
import type {FleetRun, FleetRunClaim, GrantedClaim} from '../fleet/fleet-run.js'
import type {RetryAndRecoverDeps} from '../recovery/retry-and-recover.js'
import {attemptAndRecover, judgeOutput, mayRunAgain} from './attempt-and-recover.js'
import type {AttemptTask} from './attempt-job.js'
import {type Claim, type ClaimDeps, claimRun, type RunLease} from './claim-run.js'
import type {CloseOlderDeps} from './close-older.js'
import {endRun, type RunParts} from './end-run.js'
import type {RunBreaker} from './run-breaker.js'
import {recorder} from './run-records.js'
import type {FinishedRun, RunRequest, Skip} from './run-request.js'
import type {slotProblem} from './slot-problem.js'
import {spared} from './spared.js'
import {openLog, tolerateStateError} from './tolerate-state-error.js'

export interface RunDeps extends RetryAndRecoverDeps, CloseOlderDeps {
  /** Undefined if the state directory cannot be used: the job runs all the same, without a record. */
  readonly runs: Journal<RunsByJob> | undefined
  /** What the lease is claimed with; undefined as `runs`. Throws GuardError `io`. */
  readonly openClaim: (() => ClaimDeps) | undefined
  /** Claims the lease of the fleet, beside that of the machine; undefined for a job of this machine alone. */
  readonly claimFleet?: ((request: RunRequest, claim: GrantedClaim) => Promise<FleetRunClaim>) | undefined
  /**
   * `isBeside`: an earlier run may still write to its log, so this one begins a new file: what stands in a file after the
   * beginning of a run is passed on as its output.
   *
   * @returns undefined if no log is kept. Throws GuardError `io`.
   */
  readonly openOutput: (isBeside: boolean) => JobOutput | undefined
  readonly catchSignals: () => CaughtSignals
  /** Looks at standard input before a job that may be run again. */
  readonly inspectInput: () => Promise<JobInput>
  /** Calls `work` every so many milliseconds until the returned function is called. */
  readonly every: (ms: number, work: () => void) => () => void
}

/** Exit code of a run that an open breaker refuses (sysexits.h: service unavailable). */
const breakerOpenCode = 69

/** One run of a job, from the wait before it to the record of its end. Throws only what keeps the job from being tried. */
export async function runJob(deps: RunDeps, request: RunRequest): Promise<RunReport> {
  const {settings} = request
  if (settings.jitterMs > 0) await waitAtRandom(deps, settings.jitterMs)
  const claim = await claimLease(deps, request)
  if (!claim.granted) {
    // Where a skip counts as success and success is not heard of, cron has nothing to mail.
    const silent = settings.quiet && settings.skipExitCode === 0
    return skipRun(deps, request, {reason: claim.reason, exitCode: settings.skipExitCode, silent})
  }
  const taken = request.slot === undefined ? undefined : await problemOfSlot(deps, request, request.slot)
  if (taken !== undefined) return refuseSlot(deps, request, {claim, taken})
  const breaker = settings.breaker && (await askBreakerOf(deps, settings, settings.breaker.target))
  if (breaker?.refusal !== undefined) {
    claim.lease?.release('error', breaker.refusal)
    return skipRun(deps, request, {reason: breaker.refusal, exitCode: breakerOpenCode, silent: false})
  }
  const fleet = await deps.claimFleet?.(request, claim)
  if (fleet && 'refused' in fleet) return skipRun(deps, fleet.refused, fleet.skip)
  return performRun(deps, request, {claim, breaker, fleet})
}

/** Loaded late: most runs are for no slot. */
async function problemOfSlot(...asked: Parameters<typeof slotProblem>): Promise<string | undefined> {
  return (await import('./slot-problem.js')).slotProblem(...asked)
}

interface TakenSlot {
  readonly claim: Claim & {granted: true}
  readonly taken: string
}

function refuseSlot(deps: RunDeps, request: RunRequest, {claim, taken}: TakenSlot): RunReport {
  claim.lease?.release(claim.former ?? 'ok', taken)
  return skipRun(deps, request, {reason: taken, exitCode: request.settings.skipExitCode, silent: false})
}

function waitAtRandom({clock, random, showWait}: RunDeps, jitterMs: number): Promise<void> {
  return showWait('waiting for a random time (jitter)', () => clock.sleep(Math.round(random() * jitterMs)))
}

const unclaimed: Claim = {granted: true, lease: undefined, isUnclosed: false}

async function claimLease({openClaim, warn, showWait}: RunDeps, {job, runId, settings}: RunRequest): Promise<Claim> {
  if (!openClaim) return unclaimed
  const {ttlMs, overlap, waitMs, onStateError} = settings
  try {
    const claim = () => claimRun(openClaim(), {job, runId, ttlMs, overlap, waitMs})
    const isPatient = overlap === 'wait' || overlap === 'cancel-other'
    return await (isPatient ? showWait(`waiting until the other run of ${job} has ended`, claim) : claim())
  } catch (error) {
    tolerateStateError(error, onStateError, (reason) => warn(`${reason}; ${job} runs without lease`))
    return unclaimed
  }
}

async function askBreakerOf(deps: RunDeps, settings: JobSettings, target: string): Promise<RunBreaker> {
  // Loaded late: most jobs have no breaker, and none of this belongs to the start of their runs.
  const {askBreaker} = await import('./run-breaker.js')
  return askBreaker(deps, settings, target)
}

function skipRun(deps: RunDeps, request: RunRequest, {reason, hints, by, lastEnd, exitCode, silent}: Skip): RunReport {
  const {job, runId} = request
  const at = deps.clock.now()
  recorder(deps, request).skipped({reason, by, lastEnd})
  if (!silent) deps.warn(`${job} was skipped: ${reason}`, hints)
  deps.log(`${job} skipped: ${reason}`)
  const span = {startedAt: at, endedAt: at, durationMs: 0}
  return {job, runId, outcome: 'skipped', exitCode, detail: reason, ...span, attempts: 0, recovered: false}
}

interface Permitted {
  readonly claim: Claim & {granted: true}
  readonly breaker: RunBreaker | undefined
  readonly fleet: FleetRun | undefined
}

async function performRun(deps: RunDeps, request: RunRequest, {claim, breaker, fleet}: Permitted): Promise<RunReport> {
  const {job, runId: run, settings} = request
  const lease = fleet?.lease ?? claim.lease
  const [startedAt, begunAt] = [deps.clock.now(), deps.clock.mono()]
  const records = recorder(deps, request)
  const isBeside = claim.isUnclosed && (await closeOlderRuns(deps, job))
  lease?.setUnclosed(isBeside)
  const output = openLog(() => deps.openOutput(isBeside), settings.onStateError, deps.warn)
  const log = spared(deps, () => output?.range())
  if (!records.started({token: lease?.token, process: claim.process, log, ...fleet?.facts})) {
    await finishOutput(deps, output, false)
    await fleet?.leave()
    return refuseSlot(deps, request, {claim, taken: 'another run has begun for its slot'})
  }
  deps.log(`${job} started, run ${run}`)
  const signals = deps.catchSignals()
  fleet?.endWith(signals)
  const stopRenewing = lease ? deps.every(settings.ttlMs / 3, () => renewOrEnd(lease, signals)) : () => undefined

  const input = mayRunAgain(settings) ? await deps.inspectInput() : undefined
  const first = firstTask(request, {lease, output, records, signals, input, leaseRestMs: fleet?.restMs})
  const tried = await attemptAndRecover(deps, request, first)
    .catch(async (error: unknown) => {
      // Else guard would wait for ever, deaf to signals, for an output that goes on.
      signals.release()
      await finishOutput(deps, output, false)
      throw error
    })
    .finally(stopRenewing)

  const judged = await judgeOutput(first, tried)
  const end = asCancelled(deps, request, {signals, end: fleet ? await fleet.settle(judged) : judged})
  spared(deps, () => breaker?.record(end.attempt.outcome, end.attempt.class ?? end.class))
  const {former} = claim
  const report = await endRun(deps, request, {end, lease, output, records, signals, startedAt, begunAt, former})
  signals.release(report.exitCode, output?.abandon)
  await finishOutput(deps, output, !settings.quiet || !isHealthy(end.attempt))
  return report
}

/** Loaded late: few runs follow a killed one. */
async function closeOlderRuns(deps: RunDeps, job: string): Promise<boolean> {
  const {closeOlder} = await import('./close-older.js')
  return closeOlder(deps, job)
}

/** A run that another one has cancelled proves nothing, however its job has answered TERM; unless it goes on. */
function asCancelled(
  deps: RunDeps,
  {job, runId}: RunRequest,
  {signals, end}: {readonly signals: CaughtSignals; readonly end: FinishedRun},
): FinishedRun {
  const {outcome, hasSurvivors} = end.attempt
  // A guard that was started with TERM ignored sees only that its job was killed.
  if ((!signals.wasAsked() && outcome !== 'killed') || hasSurvivors) return end
  const runs = spared(deps, () => deps.runs?.read().get(job)?.runs)
  const by = runs?.find(({id}) => id === runId)?.cancelledBy
  if (by === undefined) return end
  const detail = cancelText(by)
  deps.warn(`${job}: ${detail}`)
  const attempt = {...end.attempt, outcome: 'killed', class: cancelledClass, detail} as const
  return {...end, attempt, class: cancelledClass, cancelledBy: by, notRetried: detail}
}

/** A run that has lost its lease is not tried again: that would be beside the run that has it. */
function renewOrEnd(lease: RunLease, signals: CaughtSignals): void {
  lease.renew()
  if (lease.isFenced()) signals.end(leaseLost)
}

/** The run is over and recorded: nothing about its files changes its exit code. */
async function finishOutput({warn}: RunDeps, output: JobOutput | undefined, passOn: boolean): Promise<void> {
  try {
    await output?.finish(passOn)
  } catch (error) {
    warn(`the output is not finished: ${error instanceof Error ? error.message : error}`)
  }
}

const ignore = () => undefined

function firstTask(
  {job, settings}: RunRequest,
  parts: RunParts & Pick<AttemptTask, 'signals' | 'input' | 'leaseRestMs'>,
): AttemptTask {
  const {lease, ...own} = parts
  const {bind = ignore, leaveTo = ignore, isFenced = () => false} = lease ?? {}
  const {timeoutMs} = settings
  return {job, settings, number: 1, timeoutMs, token: lease?.token, bind, leaveTo, isFenced, ...own}
}
