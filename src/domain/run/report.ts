import type {Outcome} from './outcome.js'

/** Report of a run that has ended. Times are wall clock milliseconds. */
export interface RunReport {
  readonly job: string
  readonly runId: string
  readonly outcome: Outcome
  /** The exit code that the caller gets. */
  readonly exitCode: number
  readonly class?: string
  readonly detail?: string
  readonly signal?: string
  readonly startedAt: number
  readonly endedAt: number
  /** By the monotonic clock, since the other one may be set meanwhile. */
  readonly durationMs: number
  readonly attempts: number
  readonly recovered: boolean
  /** The run that has cancelled it. */
  readonly cancelledBy?: string
  readonly token?: number
}

interface ExitFacts {
  readonly code: number | undefined
  readonly signalNumber: number | undefined
  readonly limited: boolean
  readonly readerGone?: boolean | undefined
}

/** What a shell reports of a process that wrote to a pipe without a reader: 128 + SIGPIPE. */
const brokenPipeCode = 141

/** The exit code as `timeout(1)` and the shell have it: 124 at a time limit, 128 + n for a signal, else the job's own. */
export function exitCodeOf({code, signalNumber, limited, readerGone}: ExitFacts): number {
  if (readerGone) return brokenPipeCode
  if (limited) return 124
  return code ?? 128 + (signalNumber ?? 0)
}
