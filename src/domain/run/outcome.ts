/**
 * How a run ended, in one word, and the evidence for it.
 *
 * In order of precedence: guard's own knowledge (not started, stopped at a time limit), then how the kernel says it ended, then
 * a crash mark in the output, then the job's own result file, then the exit code by the job's map.
 */

const outcomes = [
  'healthy',
  'degraded',
  'unhealthy',
  'failed',
  'timed-out',
  'killed',
  'not-started',
  'skipped',
] as const
export type Outcome = (typeof outcomes)[number]

/** Other programs write records too, and later versions of guard may know more outcomes. */
export function isOutcome(value: unknown): value is Outcome {
  return outcomes.some((outcome) => outcome === value)
}

/** The outcomes that an exit code or a result file may have. Only guard itself sets the others. */
export const statedOutcomes = ['healthy', 'degraded', 'unhealthy', 'failed', 'skipped'] as const
export type StatedOutcome = (typeof statedOutcomes)[number]

/** How one attempt's process ended. */
export interface Exit {
  readonly code: number | undefined
  /** `SIGTERM`, … when a signal ended it. */
  readonly signal: string | undefined
  /** guard stopped it at its time limit. */
  readonly timedOut: boolean
  /** guard stopped it because it had printed nothing for too long. */
  readonly silent: boolean
  /** `ENOENT`, `EACCES`, … when it could not be started. */
  readonly spawnError: string | undefined
  /** guard ended it because the reader of its output has gone. */
  readonly readerGone?: boolean
}

/** Whether its job has ended as it was to. */
export function isHealthy({outcome}: {readonly outcome: Outcome}): boolean {
  return outcome === 'healthy' || outcome === 'skipped'
}

/** Failure class of a run that ended because the reader of its output has gone. */
export const readerGoneClass = 'reader-gone'

/** Failure class of a run that another one has cancelled. */
export const cancelledClass = 'cancelled'

export function cancelText(by: string): string {
  return `run ${by} has cancelled it (overlap: cancel-other)`
}

export const readerGoneText = 'the reader of its output has gone'

/** Whether a run says nothing for or against its job: guard ended it for what others have done. */
export function isCutShort(run: EndOfRun): boolean {
  return isReaderGone(run) || isCancelled(run)
}

/** One that had ended before it was cancelled has another outcome. */
function isCancelled({outcome, cancelledBy}: EndOfRun): boolean {
  return cancelledBy !== undefined && (outcome === 'killed' || outcome === 'interrupted')
}

interface EndOfRun {
  readonly outcome?: string
  readonly class?: string
  /** The run that has cancelled this one. */
  readonly cancelledBy?: string
}

export function isReaderGone(run: EndOfRun): boolean {
  return run.outcome === 'killed' && run.class === readerGoneClass
}

/** Exit code → outcome. A code that is not named is `failed`; 0 is `healthy` unless named otherwise. */
type ExitMap = Readonly<Record<number, StatedOutcome>>

/** The valid fields that a job wrote to `$GUARD_RESULT_FILE`. */
export interface JobResult {
  readonly outcome?: StatedOutcome
  readonly class?: string
  readonly detail?: string
  readonly retryAfterMs?: number
  readonly metrics?: Readonly<Record<string, number>>
}

interface RunEvidence {
  readonly exit: Exit
  readonly exitMap: ExitMap
  readonly result: JobResult | undefined
  /** What `findCrash` found at the end of the output. */
  readonly crashed: string | undefined
}

export interface RunResult {
  readonly outcome: Outcome
  readonly detail?: string
}

export function judgeRun({exit, exitMap, result, crashed}: RunEvidence): RunResult {
  if (exit.spawnError !== undefined) return {outcome: 'not-started', detail: exit.spawnError}
  if (exit.readerGone) return {outcome: 'killed', detail: readerGoneText}
  if (exit.silent) return {outcome: 'timed-out', detail: result?.detail ?? 'no output for too long'}
  if (exit.timedOut) return withDetail('timed-out', result?.detail)
  if (exit.code === undefined) return {outcome: 'killed', detail: exit.signal ?? 'unknown signal'}
  // A job that crashed wrote its result before the crash, so the crash outranks it. A crash exits with a code.
  if (crashed !== undefined && exit.code !== 0) return {outcome: 'failed', detail: crashed}
  return withDetail(result?.outcome ?? mappedOutcome(exit.code, exitMap), result?.detail)
}

/** Whether an attempt may have failed, by what is known before its output is searched, which may show a crash. */
export function mayHaveFailed(known: {
  readonly exit: Omit<Exit, 'spawnError'>
  readonly exitMap: ExitMap
  readonly result: JobResult | undefined
}): boolean {
  if (known.exit.code !== 0) return true
  return judgeRun({...known, exit: {...known.exit, spawnError: undefined}, crashed: undefined}).outcome !== 'healthy'
}

function withDetail(outcome: Outcome, detail: string | undefined): RunResult {
  return detail === undefined ? {outcome} : {outcome, detail}
}

function mappedOutcome(code: number, map: ExitMap): StatedOutcome {
  return map[code] ?? (code === 0 ? 'healthy' : 'failed')
}
