import type {Lease} from '../lease/lease.js'
import type {JobRuns} from '../run/job-runs.js'
import {isCutShort} from '../run/outcome.js'
import {type Run, rerunOf} from '../run/run.js'
import type {BudgetSettings} from '../settings/job.js'

/** The failure class under which reruns are counted by the recovery budget. */
export const interruptedClass = 'interrupted'

interface RerunFacts {
  readonly jobRuns: JobRuns
  readonly lease: Lease | undefined
  readonly budget: BudgetSettings
  readonly now: number
}

/**
 * The interrupted run of which nobody has decided yet whether its job is run again: the last run of the job, unless
 * another one holds the lease by now, and only within the window of the budget, so that a rerun that is asked for by new
 * settings does not come for a run long past.
 */
export function undecidedRun({jobRuns, lease, budget, now}: RerunFacts): Run | undefined {
  const last = jobRuns.runs.findLast(({outcome}) => outcome !== 'skipped')
  if (last?.outcome !== 'interrupted' || isCutShort(last) || rerunOf(last)) return undefined
  if (lease && !lease.released && lease.holder !== last.id) return undefined
  return now - (last.endedAt ?? last.startedAt) < budget.perMs ? last : undefined
}
