import {budgetLeft, budgetResetKind, countedSteps, spentClasses} from '../../domain/recovery/budget.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import {jobNames, type Settings, settingsOfJob} from '../../domain/settings/settings.js'
import {closestName} from '../../domain/settings/suggest.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

export interface BudgetDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'newestFirst' | 'note'>
  readonly settings: Pick<Settings, 'jobs' | 'defaults' | 'wrong'>
}

/** What is left of a job's recovery budget for one failure class. Times are wall clock, ms. */
export interface BudgetReport {
  readonly job: string
  /** Undefined if nothing is spent: the budget is whole for every class. */
  readonly class: string | undefined
  readonly left: number
  readonly allowed: number
  readonly perMs: number
  /** When the next recovery comes back; undefined if nothing is spent. */
  readonly until: number | undefined
}

/** The budgets of all jobs that restart or execute something when they fail or are run again after a crash, and of those that did. */
export function listBudgets({clock, runs, settings}: BudgetDeps): readonly BudgetReport[] {
  const now = clock.now()
  const windows = [settings.defaults, ...Object.values(settings.jobs)].map(({budget}) => budget.perMs)
  const past = countedSteps(runs.newestFirst(), now - Math.max(...windows))
  const configured = Object.entries(settings.jobs).flatMap(([job, {recovery, onCrash}]) =>
    onCrash === 'rerun' || recovery.some((step) => step.do === 'restart' || step.do === 'exec') ? [job] : [],
  )
  const names = [...new Set([...configured, ...past.map(({job}) => job)])].sort()
  return names.flatMap((job): readonly BudgetReport[] => {
    const {budget} = settingsOfJob(settings, job)
    const rule = {job, allowed: budget.recoveries, perMs: budget.perMs}
    const spent = spentClasses(past, job, {budget, now})
    if (spent.length > 0)
      return spent.map((name) => ({...rule, class: name, ...budgetLeft(past, {job, class: name}, {budget, now})}))
    const whole = {...rule, class: undefined, left: budget.recoveries, until: undefined}
    return configured.includes(job) ? [whole] : []
  })
}

/**
 * Gives a job all its recovery budgets back: what it spent before counts no more, for its services either.
 * Throws GuardError `usage` for a job that neither the settings nor the journal know, `io`.
 */
export function resetBudget({runs, settings}: BudgetDeps, job: string): void {
  const known = new Set([...jobNames(settings), ...runs.read().keys()])
  if (!known.has(job)) {
    const near = closestName(job, known)
    throw new GuardError('usage', `no job ${job} is known`, [
      ...(near === undefined ? [] : [`did you mean ${near}?`]),
      'see the budgets: guard budget list',
    ])
  }
  runs.note({kind: budgetResetKind, job}, 'durable')
}
