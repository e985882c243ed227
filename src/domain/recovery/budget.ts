import {formatDuration} from '../clock/duration.js'
import type {RawRecord} from '../journal/record.js'
import type {BudgetSettings} from '../settings/job.js'

/**
 * Healing for ever hides what is broken, so recoveries are counted: those of a job, and the restarts of a service by all
 * jobs together. What is spent comes back when its window has passed, or when the job has proved its health since.
 * Times are milliseconds since 1970 UTC.
 */

/** One thing that was done to recover, as far as budgets ask. */
interface PastRecovery {
  readonly job: string
  readonly run: string
  readonly at: number
  /** The service that it restarted. */
  readonly service?: string
}

/**
 * So many runs one after the other that were healthy without any help prove health. One alone does not: a service that
 * works after each restart for one run would be restarted for ever.
 */
const healthyRunsThatProve = 3

/** Steps that change something; looking, waiting and telling is no recovery. */
const acting: readonly unknown[] = ['clear-locks', 'restart', 'exec']

/** The recoveries since `since` that count, newest first, from the runs journal read newest first. */
export function countedRecoveries(newestFirst: Iterable<RawRecord>, since: number): readonly PastRecovery[] {
  const counted: PastRecovery[] = []
  const healthyRuns = new Map<string, number>()
  const helped = new Set<unknown>()
  for (const record of newestFirst) {
    const {job, run, kind, at} = record
    if (typeof job !== 'string' || typeof run !== 'string' || typeof at !== 'number') continue
    // Run records are nearly in the order of their times; a run that ended within the window began shortly before.
    if (at < since) break
    const streak = healthyRuns.get(job) ?? 0
    const isProved = streak >= healthyRunsThatProve
    if (kind === 'ended' && !isProved) healthyRuns.set(job, isHealthyAlone(record) ? streak + 1 : 0)
    if (kind !== 'step-ended' || isProved || !acting.includes(record['do'])) continue
    helped.add(run)
    counted.push({job, run, at, ...(typeof record['service'] === 'string' && {service: record['service']})})
  }
  return counted
}

function isHealthyAlone({outcome, recovered}: RawRecord): boolean {
  return outcome === 'healthy' && recovered !== true
}

export type BudgetAnswer =
  | {readonly granted: true}
  | {
      readonly granted: false
      readonly reason: string
      /** Names this exhaustion: another one has another key. */
      readonly key: string
    }

/** Whether the job may be recovered once more. A run counts once, however many steps it took. */
export function askJobBudget(past: readonly PastRecovery[], job: string, {budget, now}: BudgetQuestion): BudgetAnswer {
  const own = new Map(
    past.filter((each) => each.job === job && each.at > now - budget.perMs).map((each) => [each.run, each]),
  )
  return answer([...own.values()], budget, `recoveries of ${job}`)
}

/** Whether the service may be restarted once more, whoever restarted it before. */
export function askServiceBudget(
  past: readonly PastRecovery[],
  service: string,
  {budget, now}: BudgetQuestion,
): BudgetAnswer {
  const own = past.filter((each) => each.service === service && each.at > now - budget.perMs)
  return answer(own, budget, `restarts of ${service}`)
}

interface BudgetQuestion {
  readonly budget: BudgetSettings
  readonly now: number
}

function answer(spent: readonly PastRecovery[], budget: BudgetSettings, what: string): BudgetAnswer {
  const {recoveries, perMs} = budget
  if (spent.length < recoveries) return {granted: true}
  // One is free again when fewer than `recoveries` are left in the window.
  const last = [...spent].sort((a, b) => b.at - a.at)[recoveries - 1]
  if (!last) return {granted: false, reason: `the budget allows no ${what}`, key: what}
  const free = new Date(last.at + perMs).toISOString()
  const rule = `the budget for ${what}, ${recoveries} in ${formatDuration(perMs)}, is spent`
  const reason = `${rule}; the next is allowed at ${free}, or after ${healthyRunsThatProve} healthy runs`
  return {granted: false, reason, key: `${what} since ${last.run}`}
}
