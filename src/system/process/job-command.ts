import type {Argv} from '../../domain/settings/job.js'

/** A descriptor of guard's that the job gets, or its own copy of guard's standard stream. */
export type Stream = number | 'inherit'

export interface JobCommand {
  readonly argv: Argv
  readonly cwd?: string
  readonly env: NodeJS.ProcessEnv
  /** Guard's own unless given. */
  readonly stdin?: Stream
  readonly stdout: Stream
  readonly stderr: Stream
  /** The job keeps the terminal, and so guard's session and process group. */
  readonly interactive: boolean
  /** Called with what starts the process, for a job that starts in a cgroup of its own. */
  readonly around?: <T>(spawn: () => T) => T
}

/** A real-time signal has no name of its own: bash's `kill -l` counts them so. Node takes a death by one for exit code 0. */
type SignalName = NodeJS.Signals | `SIGRTMIN+${number}`

export interface JobExit {
  readonly code: number | undefined
  readonly signal: SignalName | undefined
}

/** A process that was started, as its parent sees it. */
export interface Launched {
  readonly pid: number
  readonly exited: Promise<JobExit>
  /** It has ended and was reaped: its number may be another's. */
  hasExited(): boolean
  /** guard may end before this process. */
  forget(): void
}
