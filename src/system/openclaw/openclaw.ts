import type {OpenClawJob, OpenClawJobs} from '../../domain/openclaw/job.js'
import type {GatewayHealth, Response} from '../../domain/openclaw/response.js'

/** OpenClaw's scheduler as guard needs it. No call throws for a failure of OpenClaw. */
export interface OpenClaw {
  listJobs(): Promise<Response<OpenClawJobs>>
  /** The value is undefined if there is no job of this id. */
  getJob(id: string): Promise<Response<OpenClawJob | undefined>>
  /** Fails with `outcome-unknown` if the gateway may still apply it, even minutes later. */
  disable(id: string): Promise<Response<void>>
  /** Fails like `disable`. OpenClaw computes the next slot anew and does not catch up on a missed one. */
  enable(id: string): Promise<Response<void>>
  /** The running tasks of the scheduler; works without a gateway. `unknown-command` before 2026.3.31. */
  listRunningTasks(): Promise<Response<readonly OpenClawTask[]>>
  /** Ends a live run. `unknown-command` or `no-handle` where that is not possible. */
  cancelTask(taskId: string): Promise<Response<void>>
  version(): Promise<Response<string>>
  /** Two requests to the gateway's health addresses, at most 2 s each; the command line is not used. */
  health(): Promise<GatewayHealth>
}

export interface OpenClawTask {
  readonly taskId: string
  readonly jobId: string
  /** Wall clock, ms. */
  readonly startedAt: number | undefined
}
