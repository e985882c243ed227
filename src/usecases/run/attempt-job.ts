import {formatDuration} from '../../domain/clock/duration.js'
import type {RetryAfter} from '../../domain/failure/retry-after.js'
import {type JobResult, judgeRun, type RunResult, readerGoneClass} from '../../domain/run/outcome.js'
import {exitCodeOf} from '../../domain/run/report.js'
import type {JobSettings} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'
import type {Clock} from '../../system/host/clock.js'
import type {AttemptEvidence} from '../../system/output/collect-evidence.js'
import type {JobOutput} from '../../system/output/job-output.js'
import type {CaughtSignals} from '../../system/process/catch-signals.js'
import type {JobInput} from '../../system/process/input.js'
import type {JobProcess} from '../../system/process/job-process.js'
import type {SupervisedExit} from '../../system/process/supervise.js'
import type {RunRecorder} from './run-records.js'

export interface AttemptDeps {
  readonly clock: Clock
  /** Starts one attempt. Rejects with GuardError `not-found`, `not-executable`. */
  readonly startJob: (start: AttemptTask) => Promise<JobProcess>
  readonly supervise: (job: JobProcess, task: AttemptTask) => Promise<SupervisedExit>
  readonly signalNumber: (name: string) => number | undefined
  /** Reads what the attempt has left: result file, crash signature, the class of its failure. */
  readonly collectEvidence: (task: AttemptTask, begin: number, exit: SupervisedExit) => Promise<AttemptEvidence>
  readonly warn: (text: string) => void
}

export interface AttemptTask {
  readonly job: string
  /** The first is 1. */
  readonly number: number
  readonly settings: JobSettings
  readonly timeoutMs: number | undefined
  readonly token: number | undefined
  readonly output: JobOutput | undefined
  readonly records: RunRecorder
  readonly signals: CaughtSignals
  /** Undefined for a job that is never run again. */
  readonly input?: JobInput | undefined
  /** Adds the job's process to the lease. */
  readonly bind: (pid: number) => void
}

/** How one attempt ended. */
export interface Attempt extends RunResult {
  readonly exitCode: number
  readonly signal?: string
  readonly class?: string
  readonly result?: JobResult
  readonly retryAfter?: RetryAfter
}

/** Starts the job once, waits for it, judges how it ended, and records that. */
export async function attemptJob(deps: AttemptDeps, task: AttemptTask): Promise<Attempt> {
  const begun = deps.clock.mono()
  const begin = task.output?.range().to ?? 0
  const attempt = await deps.startJob(task).then(
    (process) => waitForJob(deps, task, {process, begin}),
    (error: unknown) => notStarted(deps, error),
  )
  const {outcome, exitCode, signal, class: failureClass} = attempt
  const durationMs = Math.round(deps.clock.mono() - begun)
  task.records.attemptEnded({attempt: task.number, outcome, exitCode, signal, class: failureClass, durationMs})
  if (outcome === 'timed-out') deps.warn(`${task.job}: ${limitText(task, attempt)}; ended`)
  return attempt
}

interface Started {
  readonly process: JobProcess
  /** Where the attempt's output begins in the log. */
  readonly begin: number
}

async function waitForJob(deps: AttemptDeps, task: AttemptTask, {process, begin}: Started): Promise<Attempt> {
  const {settings, output, signals} = task
  signals.sendTo(process)
  task.bind(process.pid)
  output?.follow(!settings.quiet)
  const exit = await deps.supervise(process, task)
  signals.sendTo(undefined)
  // The caller has left: no retry and no recovery follows.
  if (exit.readerGone) signals.end()
  const {result, crashed, retryAfter, evidence, class: found} = await deps.collectEvidence(task, begin, exit)
  const failureClass = exit.readerGone ? readerGoneClass : found
  const judged = judgeRun({exit: {...exit, spawnError: undefined}, exitMap: settings.exitMap, result, crashed})
  const signalNumber = exit.signal && deps.signalNumber(exit.signal)
  const detail = judged.detail ?? (judged.outcome === 'healthy' ? undefined : evidence)
  return {
    outcome: judged.outcome,
    ...(detail !== undefined && {detail}),
    exitCode: exitCodeOf({
      code: exit.code,
      signalNumber,
      limited: exit.timedOut || exit.silent,
      readerGone: exit.readerGone,
    }),
    ...(exit.signal && {signal: exit.signal}),
    ...(failureClass !== undefined && judged.outcome !== 'healthy' && {class: failureClass}),
    ...(result && {result}),
    ...(retryAfter && {retryAfter}),
  }
}

function notStarted(deps: AttemptDeps, error: unknown): Attempt {
  if (!(error instanceof GuardError)) throw error
  deps.warn([error.message, ...error.hints].join('\n  - '))
  const exitCode = error.kind === 'not-found' ? 127 : error.kind === 'config' ? 78 : 126
  return {outcome: 'not-started', exitCode, detail: error.message}
}

function limitText({settings, timeoutMs}: AttemptTask, {detail}: Attempt): string {
  if (detail === undefined || settings.silenceMs === undefined)
    return `timed out after ${formatDuration(timeoutMs ?? 0)}`
  return `no output for ${formatDuration(settings.silenceMs)}`
}
