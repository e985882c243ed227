import type {SeenEnd} from '../../domain/fleet/seen-end.js'
import type {JobSettings} from '../../domain/settings/job.js'
import type {Attempt} from './attempt-job.js'

/** One run that is asked for. */
export interface RunRequest {
  readonly job: string
  readonly runId: string
  /** For which slot of the schedule it is; no other run is for the same. */
  readonly slot?: string | undefined
  /** Settings of the job, overridden by the flags. */
  readonly settings: JobSettings
}

/** A run that does not take place. */
export interface Skip {
  readonly reason: string
  readonly hints?: readonly string[]
  /** The other host of the fleet that has the job. */
  readonly by?: string | undefined
  /** How the job's last run in the fleet had ended. */
  readonly lastEnd?: SeenEnd | undefined
  readonly exitCode: number
  /** Nothing is printed. */
  readonly silent: boolean
}

/** How a run ended, after retries and recovery. */
export interface FinishedRun {
  /** The last attempt; its outcome is the run's. */
  readonly attempt: Attempt
  readonly attempts: number
  readonly recovered: boolean
  /** The run that has cancelled it. */
  readonly cancelledBy?: string
  /** Why the last attempt was not repeated; absent after a good end. */
  readonly notRetried?: string
  /** Why it had to be recovered. */
  readonly class?: string
}
