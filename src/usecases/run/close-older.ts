import {openRuns, type RunsByJob} from '../../domain/run/job-runs.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {ClosedRun} from './reconcile-interrupted.js'

export interface CloseOlderDeps {
  readonly runs: Pick<Journal<RunsByJob>, 'read'> | undefined
  /** Records the end of each run of the job whose processes are gone. */
  readonly closeInterrupted: (job: string) => Promise<readonly ClosedRun[]>
  /** Removes the files that killed guards have left; `closed` are ids of runs that were closed just now. */
  readonly tidySpools: (closed: readonly string[]) => Promise<void>
}

interface Saying {
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
  readonly warn: (text: string) => void
}

/**
 * Closes each run of the job that is over without an end on record.
 *
 * @returns whether there may still be one without an end, because it goes on, or because that could not be recorded
 */
export async function closeOlder(deps: CloseOlderDeps & Saying, job: string): Promise<boolean> {
  const closed: string[] = []
  const close = async () => {
    for (const {run, reason, end} of await deps.closeInterrupted(job)) {
      closed.push(run.id)
      deps.log(`${job} ${end ? `ended ${end['outcome']}` : 'interrupted'}: ${reason}, run ${run.id}`)
    }
    await deps.tidySpools(closed)
    return hasOpenRun(deps, job)
  }
  // A disk that fails once is tried again.
  for (let triesLeft = 1; ; triesLeft--) {
    try {
      return await close()
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      if (triesLeft > 0) continue
      deps.warn(`what came before is not closed: ${error.message}`)
      return true
    }
  }
}

type ReadRuns = {readonly runs: Pick<Journal<RunsByJob>, 'read'> | undefined}

function hasOpenRun({runs}: ReadRuns, job: string): boolean {
  return (
    runs
      ?.read()
      .get(job)
      ?.runs.some(({outcome}) => outcome === undefined) === true
  )
}

/** Whether a run has neither ended nor been closed. Throws GuardError `io`. */
export function isRunOpen({runs}: ReadRuns, run: string): boolean {
  return runs !== undefined && openRuns(runs.read()).some(({id}) => id === run)
}
