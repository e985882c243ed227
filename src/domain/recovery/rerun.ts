import type {Lease} from '../lease/lease.js'
import type {JobRuns} from '../run/job-runs.js'
import {isCutShort} from '../run/outcome.js'
import {hasTakenPlace, type Run, rerunOf} from '../run/run.js'
import type {BudgetSettings} from '../settings/job.js'

/** The failure class under which reruns are counted by the recovery budget. */
export const interruptedClass = 'interrupted'

/**
 * The interrupted run of which nobody has decided yet whether its job is run again: the last run of the job, unless
 * another one holds the lease by now.
 */
export function undecidedRun({runs}: Pick<JobRuns, 'runs'>, lease: Lease | undefined): Run | undefined {
  const last = runs.findLast(hasTakenPlace)
  if (last?.outcome !== 'interrupted' || isCutShort(last) || rerunOf(last)) return undefined
  return lease && !lease.released && lease.holder !== last.id ? undefined : last
}

/** Whether it ended within the window of the budget: a rerun that new settings ask for comes for no run long past. */
export function mayBeRerun({endedAt, startedAt}: Run, {perMs}: BudgetSettings, now: number): boolean {
  return now - (endedAt ?? startedAt) < perMs
}
