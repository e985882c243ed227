import type {RunReport} from '../../domain/run/report.js'
import type {RunsByJob} from '../../domain/run/run.js'
import type {Journal} from '../../journal/journal.js'
import type {JobOutput} from '../../system/output/job-output.js'
import type {RetryAndRecover, RetryAndRecoverTask} from '../recovery/retry-and-recover.js'
import {type Attempt, type AttemptDeps, attemptJob, type CaughtSignals} from './attempt-job.js'
import type {Claim, RunLease} from './claim-run.js'
import type {RunEnd, RunRequest} from './run-end.js'
import {type RunRecorder, recorder} from './run-records.js'

export interface RunDeps extends AttemptDeps {
  readonly random: () => number
  /** Undefined when the state directory cannot be used: the job runs all the same, and nobody remembers. */
  readonly runs: Journal<RunsByJob> | undefined
  readonly claim: () => Promise<Claim>
  /** Undefined for a job without a breaker. */
  readonly breaker: (() => Promise<RunBreaker>) | undefined
  /** Brings the output of a run whose guard was killed into the log. */
  readonly salvage: (runId: string) => void
  readonly openOutput: () => JobOutput | undefined
  readonly catchSignals: () => CaughtSignals
  /** Retries, heals and verifies after a failure. Loaded only then. */
  readonly mend: RetryAndRecover
  /** Calls `work` every so many milliseconds until the returned function is called. */
  readonly every: (ms: number, work: () => void) => () => void
  /** After the job's end, before the report: what may take its time, such as a snapshot of a journal. */
  readonly log: (text: string) => void
}

/** The breaker that the job's runs go through. */
export interface RunBreaker {
  /** Why the run must not be made; undefined when it may. */
  readonly refusal: string | undefined
  record(outcome: Attempt['outcome'], failureClass: string | undefined): void
}

/** Exit code of a run that an open breaker keeps from being made (sysexits.h: service unavailable). */
const breakerOpenCode = 69

/** One run of a job, from the wait before it to the record of its end. Throws only what stopped it from being tried. */
export async function runJob(deps: RunDeps, request: RunRequest): Promise<RunReport> {
  const {settings} = request
  if (settings.jitterMs > 0) await deps.clock.sleep(Math.round(deps.random() * settings.jitterMs))
  const claim = await deps.claim()
  if (!claim.granted) return skipRun(deps, request, {reason: claim.reason, exitCode: settings.skipExitCode})
  const breaker = await deps.breaker?.()
  if (breaker?.refusal === undefined) return performRun(deps, request, {claim, breaker})
  claim.lease?.release('error', breaker.refusal)
  return skipRun(deps, request, {reason: breaker.refusal, exitCode: breakerOpenCode})
}

interface Skip {
  readonly reason: string
  readonly exitCode: number
}

function skipRun(deps: RunDeps, {job, runId}: RunRequest, {reason, exitCode}: Skip): RunReport {
  const at = deps.clock.now()
  recorder(deps, {job, run: runId}).skipped(reason)
  deps.warn(`${job} was skipped: ${reason}`)
  deps.log(`${job} skipped: ${reason}`)
  const attempts = {attempts: 0, recovered: false}
  return {job, runId, outcome: 'skipped', exitCode, detail: reason, startedAt: at, endedAt: at, ...attempts}
}

interface Permitted {
  readonly claim: Claim & {granted: true}
  readonly breaker: RunBreaker | undefined
}

async function performRun(deps: RunDeps, request: RunRequest, {claim, breaker}: Permitted): Promise<RunReport> {
  const {job, runId: run, settings} = request
  const {lease} = claim
  const startedAt = deps.clock.now()
  const records = recorder(deps, {job, run})
  if (claim.interrupted) tellInterrupted(deps, job, claim.interrupted)
  const output = deps.openOutput()
  records.started({token: lease?.token, process: claim.process, log: output?.range()})
  const stopRenewing = lease ? deps.every(settings.ttlMs / 3, lease.renew) : () => undefined
  const signals = deps.catchSignals()

  const first = firstTask(request, {lease, output, records, signals})
  const end = await attemptAndMend(deps, request, first).finally(stopRenewing)

  breaker?.record(end.attempt.outcome, end.attempt.class ?? end.class)
  const report = endRun(deps, request, {end, lease, output, records, startedAt})
  signals.release(report.exitCode)
  await output?.finish(!settings.quiet || !isWell(end.attempt))
  return report
}

function tellInterrupted(deps: RunDeps, job: string, run: string): void {
  deps.salvage(run)
  recorder(deps, {job, run}).interrupted('its guard was killed')
}

async function attemptAndMend(
  deps: RunDeps,
  request: RunRequest,
  first: RetryAndRecoverTask['first'],
): Promise<RunEnd> {
  const attempt = await attemptJob(deps, first)
  const {retry, recovery} = request.settings
  // What mends a run is much code, and most jobs that fail want none of it: their end shall not wait for it.
  const isMended = retry.maxAttempts > 1 || recovery.length > 0
  if (isWell(attempt) || !isMended) return {attempt, attempts: 1, recovered: false}
  return deps.mend(deps, {...request, first, attempt})
}

interface RunParts {
  readonly lease: RunLease | undefined
  readonly output: JobOutput | undefined
  readonly records: RunRecorder
}

function firstTask(
  {job, settings}: RunRequest,
  parts: RunParts & {signals: CaughtSignals},
): RetryAndRecoverTask['first'] {
  const {lease, ...own} = parts
  const bind = lease?.bind ?? (() => undefined)
  return {job, settings, number: 1, timeoutMs: settings.timeoutMs, token: lease?.token, bind, ...own}
}

function endRun(
  deps: RunDeps,
  {job, runId}: RunRequest,
  {end, lease, output, records, startedAt}: RunParts & {end: RunEnd; startedAt: number},
): RunReport {
  const {attempts, recovered} = end
  const {result, retryAfter: _, ...told} = {...end.attempt, ...(end.class !== undefined && {class: end.class})}
  const endedAt = deps.clock.now()
  const durationMs = Math.round(endedAt - startedAt)
  records.ended({...told, metrics: result?.metrics, durationMs, attempts, recovered, log: output?.range()})
  lease?.release(isWell(end.attempt) ? 'ok' : 'error', told.outcome)
  const healed = recovered ? ', recovered' : ''
  deps.log(`${job} ${told.outcome}${healed} exit=${told.exitCode} in ${durationMs} ms run=${runId}`)
  const token = lease && {token: lease.token}
  return {job, runId, ...told, startedAt, endedAt, attempts, recovered, ...token}
}

function isWell({outcome}: Attempt): boolean {
  return outcome === 'healthy' || outcome === 'skipped'
}
