import type {JobCommand, JobExit} from './job-command.js'
import {launchChild} from './launch.js'

export interface JobProcess {
  readonly pid: number
  readonly exited: Promise<JobExit>
  /** Sends a signal to the job's whole process group, as long as its first process has not been reaped. */
  signal(signal: NodeJS.Signals): void
  /** guard may end before the job. */
  forget(): void
}

/** Starts a job in a session and process group of its own. Rejects with GuardError `not-found`, `not-executable`, `io`. */
export async function startJob(command: JobCommand): Promise<JobProcess> {
  const launched = await launchChild(command)
  const {pid, exited, forget} = launched
  return {
    pid,
    exited,
    forget,
    signal: (signal) => {
      if (!launched.hasExited()) sendSignal(command.interactive ? pid : -pid, signal)
    },
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended in between, or changed its user: both are seen when it is waited for.
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
