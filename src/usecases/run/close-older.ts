import {openRuns, type RunsByJob} from '../../domain/run/job-runs.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {OpenRun} from './reconcile-interrupted.js'

export interface CloseOlderDeps {
  /** Records the end of each run of the job whose processes are gone. */
  readonly closeInterrupted: (job: string) => Promise<readonly OpenRun[]>
  /** Removes the files that killed guards have left; `closed` are ids of runs that were closed just now. */
  readonly tidySpools: (closed: readonly string[]) => Promise<void>
}

interface Saying {
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
  readonly warn: (text: string) => void
}

/** The run that held the lease before, and each other one that nothing has closed since. */
export async function closeOlder(deps: CloseOlderDeps & Saying, job: string): Promise<void> {
  const closed: string[] = []
  const close = async () => {
    for (const {run, reason} of await deps.closeInterrupted(job)) {
      closed.push(run.id)
      deps.log(`${job} interrupted: ${reason}, run ${run.id}`)
    }
    await deps.tidySpools(closed)
  }
  const failure = async () => {
    try {
      await close()
      return undefined
    } catch (error) {
      if (error instanceof GuardError) return error
      throw error
    }
  }
  // No later run of the job looks for them, so a disk that fails once is tried again.
  const error = (await failure()) && (await failure())
  if (error) deps.warn(`what came before is not closed: ${error.message}`)
}

/** Whether a run has neither ended nor been closed. Throws GuardError `io`. */
export function isRunOpen({runs}: {readonly runs: Pick<Journal<RunsByJob>, 'read'> | undefined}, run: string): boolean {
  return runs !== undefined && openRuns(runs.read()).some(({id}) => id === run)
}
