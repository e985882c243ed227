import type {RetryAfter} from '../../domain/failure/retry-after.js'
import {type JobResult, judgeRun, type RunResult, readerGoneClass, readerGoneText} from '../../domain/run/outcome.js'
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
  /** Starts one attempt. Rejects with GuardError `not-found`, `not-executable`, `io`. */
  readonly startJob: (start: AttemptTask) => Promise<JobProcess>
  readonly supervise: (job: JobProcess, task: AttemptTask) => Promise<SupervisedExit>
  readonly signalNumber: (name: string) => number | undefined
  /** Reads what the attempt has left: result file, crash signature, the class of its failure. */
  readonly collectEvidence: (task: AttemptTask, begin: number, exit: SupervisedExit) => Promise<AttemptEvidence>
  /** Says what is wrong with guard, or with what it works with. */
  readonly warn: (text: string, hints?: readonly string[]) => void
  /** Says how it goes with the job; with `quiet` only if the run ends badly. */
  readonly remark: (text: string, hints?: readonly string[]) => void
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
  /** Leaves the lease to a process that outlives the run. */
  readonly leaveTo: (pid: number) => void
  /** What is left of the lease of the fleet, ms: by then the job must be over. Undefined without one. */
  readonly leaseRestMs?: (() => number) | undefined
  /** Whether another run has taken the lease, and so writes to the same log. */
  readonly isFenced: () => boolean
}

/** How one attempt ended. */
export interface Attempt extends RunResult {
  readonly exitCode: number
  readonly signal?: string
  readonly class?: string
  readonly result?: JobResult
  readonly retryAfter?: RetryAfter
  /** Processes of the job could not be ended. */
  readonly hasSurvivors?: true
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
  const survivors = exit.stopped?.survivors ?? []
  // The caller has left, or the job has not: no retry and no recovery follows.
  if (exit.readerGone) signals.end(readerGoneText)
  if (survivors.length > 0) signals.end('its job could not be ended')
  if (survivors[0]) task.leaveTo(survivors[0].pid)
  const left = exit.stopped && (await sayStopped(deps, task, exit))
  const {result, crashed, retryAfter, evidence, class: found} = await evidenceOf(deps, task, {begin, exit})
  const failureClass = exit.readerGone ? readerGoneClass : found
  const judged = judgeRun({exit: {...exit, spawnError: undefined}, exitMap: settings.exitMap, result, crashed})
  const signalNumber = exit.signal && deps.signalNumber(exit.signal)
  const detail = left ?? judged.detail ?? (judged.outcome === 'healthy' ? undefined : evidence)
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
    ...(survivors.length > 0 && {hasSurvivors: true as const}),
  }
}

/** Whatever happens to the log meanwhile, the job's own exit code must be handed on. */
async function evidenceOf(
  deps: AttemptDeps,
  task: AttemptTask,
  {begin, exit}: {readonly begin: number; readonly exit: SupervisedExit},
): Promise<AttemptEvidence> {
  try {
    return await deps.collectEvidence(task, begin, exit)
  } catch (error) {
    deps.warn(`${task.job}: its output was not searched: ${error instanceof Error ? error.message : error}`)
    return {}
  }
}

const notStartedCodes: Readonly<Partial<Record<GuardError['kind'], number>>> = {'not-found': 127, config: 78, io: 74}

function notStarted(deps: AttemptDeps, error: unknown): Attempt {
  if (!(error instanceof GuardError)) throw error
  deps.remark(error.message, error.hints)
  const exitCode = notStartedCodes[error.kind] ?? 126
  return {outcome: 'not-started', exitCode, detail: error.message}
}

/** @returns what is to be said of processes that could not be ended, if there are any */
async function sayStopped(deps: AttemptDeps, task: AttemptTask, exit: SupervisedExit): Promise<string | undefined> {
  try {
    // Loaded late: most jobs end by themselves.
    const {unfinishedText, leftText} = await import('./unfinished-text.js')
    const text = unfinishedText(task, exit)
    if (text !== undefined) deps.remark(`${task.job}: ${text}`)
    return leftText(exit)
  } catch (error) {
    deps.warn(`${task.job} was ended: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
