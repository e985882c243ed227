import {formatDuration} from '../domain/duration.js'
import type {JobSettings} from '../domain/job-settings.js'
import {type JobResult, type Judgement, judgeRun} from '../domain/outcome.js'
import type {RunBook} from '../domain/run.js'
import {exitCodeOf, type RunReport} from '../domain/run-report.js'
import {GuardError} from '../errors.js'
import type {Journal} from '../journal/journal.js'
import type {Clock} from '../system/clock.js'
import type {JobOutput} from '../system/job-output.js'
import type {JobProcess} from '../system/job-process.js'
import type {SupervisedExit} from '../system/supervise.js'
import type {Claim} from './claim-run.js'
import {recorder} from './run-records.js'

export interface RunDeps {
  readonly clock: Clock
  readonly random: () => number
  /** Undefined when the state directory cannot be used: the job runs all the same, and nobody remembers. */
  readonly runs: Journal<RunBook> | undefined
  readonly claim: () => Promise<Claim>
  /** Takes care of the output that a run left whose guard was killed. */
  readonly salvage: (runId: string) => void
  readonly openOutput: () => JobOutput | undefined
  /** Starts one attempt. Rejects with GuardError `not-found`, `not-executable`. */
  readonly startJob: (start: AttemptStart) => Promise<JobProcess>
  readonly supervise: (
    job: JobProcess,
    output: JobOutput | undefined,
    timeoutMs: number | undefined,
  ) => Promise<SupervisedExit>
  /** Keeps guard's own signals for the job, from before its start to its end. */
  readonly catchSignals: () => CaughtSignals
  readonly signalNumber: (name: string) => number | undefined
  /** Reads what the attempt has left: its result file, and crash marks at the end of its output. */
  readonly readTraces: (output: JobOutput | undefined, failed: boolean) => Promise<RunTraces>
  /** Calls `work` every so many milliseconds until the returned function is called. */
  readonly every: (ms: number, work: () => void) => () => void
  readonly warn: (text: string) => void
  readonly log: (text: string) => void
}

export interface AttemptStart {
  readonly attempt: number
  readonly token: number | undefined
  readonly output: JobOutput | undefined
}

export interface CaughtSignals {
  sendTo(job: JobProcess): void
  release(): void
}

export interface RunTraces {
  readonly result: JobResult | undefined
  readonly crashed: string | undefined
}

export interface RunRequest {
  readonly job: string
  readonly runId: string
  /** Settings of the job with the flags laid over them. */
  readonly settings: JobSettings
}

/** What one attempt came to. */
interface Attempt extends Judgement {
  readonly exitCode: number
  readonly signal?: string
  readonly class?: string
  readonly result?: JobResult
}

/** One run of a job, from the wait before it to the record of its end. Throws only what stopped it from being tried. */
export async function runJob(deps: RunDeps, request: RunRequest): Promise<RunReport> {
  const {settings} = request
  if (settings.jitterMs > 0) await deps.clock.sleep(Math.round(deps.random() * settings.jitterMs))
  const claim = await deps.claim()
  return claim.granted ? performRun(deps, request, claim) : skipRun(deps, request, claim.reason)
}

function skipRun(deps: RunDeps, {job, runId, settings}: RunRequest, reason: string): RunReport {
  const at = deps.clock.now()
  recorder(deps, {job, run: runId}).skipped(reason)
  deps.warn(`${job} was skipped: ${reason}`)
  deps.log(`${job} skipped: ${reason}`)
  const exitCode = settings.skipExitCode
  return {
    job,
    runId,
    outcome: 'skipped',
    exitCode,
    detail: reason,
    startedAt: at,
    endedAt: at,
    attempts: 0,
    recovered: false,
  }
}

async function performRun(deps: RunDeps, request: RunRequest, claim: Claim & {granted: true}): Promise<RunReport> {
  const {job, runId: run, settings} = request
  const {lease} = claim
  const startedAt = deps.clock.now()
  const records = recorder(deps, {job, run})
  if (claim.interrupted) {
    deps.salvage(claim.interrupted)
    recorder(deps, {job, run: claim.interrupted}).interrupted('its guard was killed')
  }
  const output = deps.openOutput()
  records.started({token: lease?.token, log: output?.range()})
  const stopRenewing = lease ? deps.every(settings.ttlMs / 3, lease.renew) : () => undefined

  const attempt = await tryOnce(deps, request, {attempt: 1, token: lease?.token, output}, lease?.bind).finally(
    stopRenewing,
  )
  const endedAt = deps.clock.now()
  const {outcome} = attempt
  const durationMs = Math.round(endedAt - startedAt)
  const {result, ...told} = attempt
  records.ended({...told, metrics: result?.metrics, durationMs, attempts: 1, recovered: false, log: output?.range()})
  lease?.release(outcome === 'healthy' ? 'ok' : 'error', outcome)
  deps.log(`${job} ${outcome} exit=${attempt.exitCode} in ${durationMs} ms run=${run}`)
  const passOn = !settings.quiet || outcome !== 'healthy'
  await output?.finish(passOn)
  return {
    job,
    runId: run,
    ...told,
    startedAt,
    endedAt,
    attempts: 1,
    recovered: false,
    ...(lease && {token: lease.token}),
  }
}

async function tryOnce(
  deps: RunDeps,
  request: RunRequest,
  start: AttemptStart,
  bind: ((pid: number) => void) | undefined,
): Promise<Attempt> {
  const {settings} = request
  const begun = deps.clock.mono()
  const signals = deps.catchSignals()
  const attempt = await deps.startJob(start).then(
    (process) => {
      signals.sendTo(process)
      bind?.(process.pid)
      return waitForJob(deps, request, start, process)
    },
    (error: unknown) => notStarted(deps, error),
  )
  signals.release()
  recorder(deps, {job: request.job, run: request.runId}).attemptEnded({
    attempt: start.attempt,
    outcome: attempt.outcome,
    exitCode: attempt.exitCode,
    signal: attempt.signal,
    durationMs: Math.round(deps.clock.mono() - begun),
  })
  if (attempt.outcome === 'timed-out') deps.warn(limitText(request.job, settings, attempt))
  return attempt
}

async function waitForJob(
  deps: RunDeps,
  {settings}: RunRequest,
  {output}: AttemptStart,
  process: JobProcess,
): Promise<Attempt> {
  output?.follow(!settings.quiet)
  const exit = await deps.supervise(process, output, settings.timeoutMs)
  const {result, crashed} = await deps.readTraces(output, exit.code !== 0)
  const judgement = judgeRun({exit: {...exit, spawnError: undefined}, exitMap: settings.exitMap, result, crashed})
  const signalNumber = exit.signal && deps.signalNumber(exit.signal)
  return {
    ...judgement,
    exitCode: exitCodeOf({code: exit.code, signalNumber, limited: exit.timedOut || exit.silent}),
    ...(exit.signal && {signal: exit.signal}),
    ...(result?.class !== undefined && {class: result.class}),
    ...(result && {result}),
  }
}

function notStarted(deps: RunDeps, error: unknown): Attempt {
  if (!(error instanceof GuardError)) throw error
  deps.warn([error.message, ...error.hints].join('\n  - '))
  const exitCode = error.kind === 'not-found' ? 127 : error.kind === 'config' ? 78 : 126
  return {outcome: 'not-started', exitCode, detail: error.message}
}

function limitText(job: string, {timeoutMs, silenceMs}: JobSettings, {detail}: Attempt): string {
  const limit = detail
    ? `no output for ${formatDuration(silenceMs ?? 0)}`
    : `timed out after ${formatDuration(timeoutMs ?? 0)}`
  return `${job}: ${limit}; ended`
}
