import type {Entry} from '../../domain/journal/record.js'
import {attemptText, closingRecord, type InferredEnd, lastAttemptOf} from '../../domain/run/interrupted-run.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import type {Journal} from '../../journal/journal.js'
import {inspectOpenRuns, type OpenRun, type OpenRunsDeps} from './open-runs.js'

export interface ReconcileDeps extends OpenRunsDeps {
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'append' | 'newestFirst'>
}

/** A run that is over, and what proves it. */
export interface ClosedRun {
  readonly run: Run
  readonly reason: string
  /** What is known of its end; undefined of one that was interrupted. */
  readonly end?: NonNullable<InferredEnd['end']>
}

export function isInterrupted({end}: ClosedRun): boolean {
  return end === undefined
}

/**
 * Writes `interrupted` for each run that started and has no end, and that is over; `ended` if its lease tells how. Of two processes that do so at once, or
 * beside a guard that writes the end itself, the first record counts.
 *
 * @param only the job that is looked at; all by default
 * @returns the runs that it closed
 */
export async function reconcileInterrupted(deps: ReconcileDeps, only?: string): Promise<readonly ClosedRun[]> {
  return closeRuns(deps, overOf(await inspectOpenRuns(deps, (job) => only === undefined || job === only)))
}

/** Those that are over for good. */
export function overOf(open: readonly OpenRun[]): readonly ClosedRun[] {
  return open.flatMap(({run, end}) =>
    end?.is === 'over' ? [{run, reason: end.reason, ...(end.end && {end: end.end})}] : [],
  )
}

/** Does so for runs that were inspected. */
export function closeRuns({runs}: Pick<ReconcileDeps, 'runs'>, over: readonly ClosedRun[]): readonly ClosedRun[] {
  return over.flatMap((closed) => {
    const {run, end} = closed
    // Its guard may have written the end during the check.
    if (!isOpen(runs.read(), run)) return []
    const known = end ? '' : attemptText(lastAttemptOf(runs.newestFirst(), run))
    const reason = `${closed.reason}${known}`
    const {verdict} = runs.append(closingRecord(run, {...closed, reason}) as Entry, 'durable')
    return verdict === 'ok' ? [{...closed, reason}] : []
  })
}

function isOpen(book: RunsByJob, {job, id}: Run): boolean {
  return book.get(job)?.runs.some((run) => run.id === id && run.outcome === undefined) ?? false
}
