import type {TextOrSecret} from './secret.js'

/** The settings of one job, defaults applied. Spans are milliseconds, paths absolute. */
export interface JobSettings {
  /** Absolute folder that the job's relative patterns (outputs, locks) belong to: its `cwd`, else the settings file's folder. */
  readonly dir?: string
  /** What runs: a script or a command line, never both. A job with neither is only watched, or run by name of its file. */
  readonly script?: string
  readonly command?: Argv
  /** Arguments handed to the script or command, before those of the command line. */
  readonly args: readonly string[]
  /** Working directory; undefined for the one where guard was started. */
  readonly cwd?: string
  readonly env: Readonly<Record<string, TextOrSecret>>
  /** Program that runs the script; outranks shebang and extension. */
  readonly interpreter?: Argv
  /** The command is one text for `/bin/sh -c`. */
  readonly shell: boolean

  /** When the job is due, checked: see `Schedule`. */
  readonly schedule?: string
  /** What the scheduler does with slots at which it could not start the job. */
  readonly catchUp: CatchUp
  /** The scheduler starts the job later than its slot by a span of its own, less than this. */
  readonly spreadMs: number
  /** IANA name, checked; undefined for the machine's zone. */
  readonly timezone?: string
  /** Name of the channel of type `ping` that hears of the start and the end of each run. */
  readonly ping?: string
  /** Whether the watchdog watches the job. */
  readonly watch: boolean
  /** How long the end of a good run proves health; undefined for until the next slot of the schedule, plus grace. */
  readonly freshForMs?: number
  /** How late a slot may start before it counts as missed. */
  readonly graceMs: number

  /** Undefined for no limit. */
  readonly timeoutMs?: number
  /** From TERM to KILL. */
  readonly killAfterMs: number
  /** No output for so long counts as hung; undefined for no limit. */
  readonly silenceMs?: number
  /** A run that lasts longer is `hung` for the watchdog; undefined for what schedule and earlier runs say. */
  readonly longestRunMs?: number
  /** Time to live of the lease; it is renewed while the job runs. */
  readonly ttlMs: number
  readonly overlap: Overlap
  /** How long to wait for the lease with `overlap: wait`; undefined for as long as it takes. */
  readonly waitMs?: number
  /** Longest random delay before the start. */
  readonly jitterMs: number
  /** Show the output, and what guard says of the job, only if the run fails. */
  readonly quiet: boolean
  /** Exit code of a run that was skipped because the lease is held. */
  readonly skipExitCode: number
  /** What to do when the journal cannot be written. */
  readonly onStateError: 'run' | 'refuse'
  /** What to do once a run has been interrupted: run the job again, within its recovery budget, or leave it. */
  readonly onCrash: 'rerun' | 'leave'
  /** Among whom the job runs once at a time: the processes of this machine, or all hosts that share `fleet`. */
  readonly scope: 'machine' | 'fleet'

  readonly retry: RetrySettings
  /** Undefined for no breaker. */
  readonly breaker?: {readonly target: string}
  readonly outputs: readonly OutputSettings[]
  /** Exit code (as text) → outcome; a code that is not here is `failed`. */
  readonly exitMap: Readonly<Record<string, MappedOutcome>>
  /** Own failure classes, in the order of their rank → patterns searched in each line of output (syntax of RE2). */
  readonly failures: Readonly<Record<string, readonly string[]>>
  /** Outcomes that start the recovery. */
  readonly recoverOn: readonly TroubleOutcome[]
  readonly recovery: readonly RecoveryStep[]
  readonly budget: BudgetSettings
  /** Id of the OpenClaw job that this job is, from `openclaw.jobs`. */
  readonly openclawId?: string
}

/**
 * - skip: such slots are not run
 * - once: the last of them is run, if it is not older than `windowMs`
 * - all: the last `limit` of them within `windowMs` are run, one after the other
 */
export interface CatchUp {
  readonly mode: 'skip' | 'once' | 'all'
  readonly windowMs: number
  readonly limit: number
}

/** A program and its arguments. A program named with a slash is absolute; a bare name is searched in PATH. */
export type Argv = readonly [string, ...string[]]
export type Overlap = 'skip' | 'wait' | 'cancel-other' | 'allow'
type MappedOutcome = 'healthy' | 'degraded' | 'unhealthy' | 'failed'
/** Outcomes after which a run may be retried or its job recovered. */
export const troubleOutcomes = ['degraded', 'unhealthy', 'failed', 'timed-out', 'killed', 'not-started'] as const
export type TroubleOutcome = (typeof troubleOutcomes)[number]

/** How failed attempts are repeated. The delay before attempt n+1 is `firstDelayMs * factor^(n-1)`, at most `maxDelayMs`. */
export interface RetrySettings {
  /** The first one counts: 1 means no retry. */
  readonly maxAttempts: number
  readonly firstDelayMs: number
  readonly factor: number
  readonly maxDelayMs: number
  /** Share of the delay that is random, 0 to 1. */
  readonly jitter: number
  /** One limit over all attempts and the waits between them; undefined for none. */
  readonly deadlineMs?: number
  /** Outcomes that are tried again, unless their failure class says otherwise. */
  readonly on: readonly TroubleOutcome[]
  /** Failure class → what differs for it. */
  readonly classes: Readonly<Record<string, ClassRetrySettings>>
  /** Retries that all processes together may make against one target. */
  readonly budget: BudgetRatio
}

interface ClassRetrySettings {
  /** Most retries for this class; 0 means never; if undefined, `maxAttempts` alone decides. */
  readonly maxRetries?: number
  /** The next attempt gets so many times the timeout of this one. */
  readonly timeoutFactor?: number
  /** Wait as long as the other side asked (Retry-After). */
  readonly honourRetryAfter?: boolean
}

/** Token bucket: every first attempt adds `ratio`, every retry takes 1, and `reserve` are there at the start. */
export interface BudgetRatio {
  readonly ratio: number
  readonly reserve: number
}

/** At most so many `recoveries` by restart or command within `perMs`, then the incident escalates. */
export interface BudgetSettings {
  readonly recoveries: number
  readonly perMs: number
}

/** Files that the job must keep fresh. */
export interface OutputSettings {
  /** Glob patterns, relative to the job's `dir`. */
  readonly files: readonly string[]
  /** The newest file may be so old. */
  readonly maxAgeMs?: number
  /** The newest file has at least so many bytes. */
  readonly minSizeBytes: number
  /** Patterns that must / must not be found in the newest file. */
  readonly contains: readonly string[]
  readonly lacks: readonly string[]
}

interface Step {
  /** Failure classes or outcomes; the step is for these alone; empty for any. */
  readonly when: readonly string[]
}

export type RecoveryStep =
  | (Step & {readonly do: 'clear-locks'; readonly files: readonly string[]; readonly minAgeMs: number})
  | (Step & {readonly do: 'restart'; readonly service: string})
  /** Runs in the job's `dir`. */
  | (Step & {readonly do: 'exec'; readonly command: Argv; readonly timeoutMs: number})
  | (Step & {
      readonly do: 'alert'
      readonly level: AlertLevel
      readonly message?: string
      /** Name of a file in the log folder; `{timestamp}` and `{job}` are filled in. */
      readonly file?: string
    })
  | (Step & {readonly do: 'wait'; readonly forMs: number})
  /** Runs the job again: once, or with `deadlineMs` every `pollMs` until it is healthy or the deadline has passed. */
  | (Step & {readonly do: 'verify'; readonly pollMs: number; readonly deadlineMs?: number})

export type AlertLevel = 'INFO' | 'WARNING' | 'CRITICAL'
