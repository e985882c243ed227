import type {OpenClawJob, OpenClawJobs} from '../../domain/openclaw/job.js'
import type {GatewayHealth, Response} from '../../domain/openclaw/response.js'

/** OpenClaw's scheduler as guard needs it. No call throws for a failure of OpenClaw. */
export interface OpenClaw {
  listJobs(): Promise<Response<OpenClawJobs>>
  /** Undefined: there is no job of this id. */
  getJob(id: string): Promise<Response<OpenClawJob | undefined>>
  /** Ends with `outcome-unknown` when the gateway may still do it, even minutes later. */
  disable(id: string): Promise<Response<void>>
  /** Likewise. The next slot is computed anew; a missed one is not made up. */
  enable(id: string): Promise<Response<void>>
  /** The running tasks of the scheduler; works without a gateway. `unknown-command` before 2026.3.31. */
  listRunningTasks(): Promise<Response<readonly OpenClawTask[]>>
  /** Ends a live run. `unknown-command` or `no-handle` where that is not possible. */
  cancelTask(taskId: string): Promise<Response<void>>
  version(): Promise<Response<string>>
  /** Asks the gateway's health address, without the command line; at most 2 s for each of two questions. */
  health(): Promise<GatewayHealth>
}

export interface OpenClawTask {
  readonly taskId: string
  readonly jobId: string
  /** Wall clock, ms. */
  readonly startedAt: number | undefined
}
