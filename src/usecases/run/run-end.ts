import type {JobSettings} from '../../domain/settings/job.js'
import type {Attempt} from './attempt-job.js'

/** What is to be run, and under which settings. */
export interface RunRequest {
  readonly job: string
  readonly runId: string
  /** Settings of the job with the flags laid over them. */
  readonly settings: JobSettings
}

/** Where a run stands when nothing more is done about it. */
export interface RunEnd {
  /** The last attempt, whose verdict is the run's. */
  readonly attempt: Attempt
  readonly attempts: number
  readonly recovered: boolean
  /** Why it had to be recovered. */
  readonly class?: string
}
