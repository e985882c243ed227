import type {MetricFacts} from './metrics.js'

/**
 * What the routes ask and do. The answers are the objects that the commands print with `--json`; the composition root
 * makes them, because the words of `--json` belong to the commands.
 */
export interface Api {
  jobs(): Promise<object>
  /** Throws GuardError `usage` for a job that is not known, as do all that take a job. */
  job(name: string): Promise<object>
  why(name: string): Promise<object>
  runs(name: string, limit: number): Promise<object>
  output(name: string, lines: number): Promise<object>
  health(): Promise<object>
  incidents(): Promise<object>
  upcoming(withinMs: number): Promise<object>
  alerts(limit: number): Promise<object>
  silences(): Promise<object>
  leases(): Promise<object>
  breakers(): Promise<object>
  scheduler(): Promise<object>
  metrics(): Promise<MetricFacts>
  /** Rejects if a journal cannot be read, or the state directory is gone. */
  ready(): Promise<void>
  /**
   * Starts a job of the settings, and says so once its run has its lease. Throws GuardError `usage` for one that they do
   * not name, `busy` with the holder, `breaker-open`.
   */
  trigger(job: string): Promise<object>
  /** Throws GuardError `config` if there is nothing to schedule. */
  startScheduler(): Promise<object>
  stopScheduler(): Promise<object>
  addSilence(wanted: WantedSilence): Promise<object>
  /** Throws GuardError `usage` for an id that no silence in force has, as `resetBreaker` for a target. */
  removeSilence(id: string): Promise<object>
  resetBreaker(target: string): Promise<object>
  /** Finishes what a crash left, and makes one round of the watchdog. Throws GuardError `busy` beside another one. */
  selfHeal(): Promise<object>
}

interface WantedSilence {
  readonly job?: string | undefined
  readonly class?: string | undefined
  readonly group?: string | undefined
  readonly reason: string
  readonly owner: string
  readonly forMs: number | undefined
  readonly untilHealthy: boolean
}

/** Who serves, for `/api/v1/session`. */
export interface ServerIdentity {
  readonly version: string
  readonly host: string
}
