import {formatDuration} from '../clock/duration.js'
import type {RawRecord} from '../journal/record.js'
import {cancelledClass, readerGoneClass} from '../run/outcome.js'
import {rerunStep} from '../run/run.js'
import type {AlertLevel, BudgetSettings} from '../settings/job.js'

/**
 * A restart loop hides what is broken, so `restart` and `exec` steps and reruns of interrupted runs are counted: those of
 * a job for each failure class, and the restarts of a service by all jobs together. Clearing stale locks, waiting, alerts and verification cost
 * nothing. What is spent comes back when its window has passed, when the job has proved its health since, or by hand.
 * Times are milliseconds since 1970 UTC.
 */

/** What a recovery did, as far as budgets ask. */
interface PastStep {
  readonly job: string
  readonly run: string
  /** Failure class of the run that was recovered. */
  readonly class: string
  readonly at: number
  readonly do: string
  /** The service that it restarted. */
  readonly service?: string
  /** Of an alert. */
  readonly level?: string
}

/**
 * So many runs in a row that were healthy without help prove health. One does not: a service that works for one run
 * after each restart would be restarted for ever.
 */
const healthyRunsThatProve = 3

export const unknownClass = 'unknown'

/** The kind of record that gives the budgets of its job back. */
export const budgetResetKind = 'budget-reset'

/**
 * The steps since `since` that count, newest first, from the runs journal read newest first. Steps before a proof of
 * health or a reset by hand do not count.
 */
export function countedSteps(newestFirst: Iterable<RawRecord>, since: number): readonly PastStep[] {
  const counted: PastStep[] = []
  const healthyRuns = new Map<string, number>()
  for (const record of newestFirst) {
    const {job, kind, at} = record
    if (typeof job !== 'string' || typeof at !== 'number') continue
    // Run records are nearly in the order of their times; a run that ended within the window began shortly before.
    if (at < since) break
    const streak = healthyRuns.get(job) ?? 0
    if (streak >= healthyRunsThatProve) continue
    if (kind === budgetResetKind) healthyRuns.set(job, healthyRunsThatProve)
    const isProof = provesHealth(record)
    if (isProof !== undefined) healthyRuns.set(job, isProof ? streak + 1 : 0)
    const step = kind === 'step-ended' ? stepOf(record) : undefined
    if (step) counted.push(step)
  }
  return counted
}

/** @returns undefined if it is no end of a run, or of one that says nothing for or against its job */
function provesHealth({kind, outcome, recovered, class: failureClass}: RawRecord): boolean | undefined {
  if (kind === 'interrupted') return false
  if (kind !== 'ended' || outcome === 'skipped') return undefined
  if (outcome === 'killed' && (failureClass === readerGoneClass || failureClass === cancelledClass)) return undefined
  return outcome === 'healthy' && recovered !== true
}

/** @returns undefined if the step neither changed anything nor called a person */
function stepOf(record: RawRecord): PastStep | undefined {
  const {job, run, at, class: failureClass, service, level, suppressed, notStarted} = record
  const what = record['do'] === rerunStep && record['ok'] !== true ? 'refused' : record['do']
  const hasService = typeof service === 'string'
  // A restart that was left to another run names no service.
  const isActed = what === 'exec' || what === rerunStep || (what === 'restart' && hasService)
  const isCounted = isActed && notStarted !== true
  const isNotice = (what === 'alert' || what === 'refused') && suppressed !== true
  if (typeof run !== 'string' || (!isCounted && !isNotice)) return undefined
  return {
    job: String(job),
    run,
    class: typeof failureClass === 'string' ? failureClass : unknownClass,
    at: Number(at),
    do: String(what),
    ...(hasService && {service}),
    ...(typeof level === 'string' && {level}),
  }
}

export type BudgetAnswer = {readonly granted: true} | {readonly granted: false; readonly reason: string}

/** The budget of a job for one failure class. */
interface JobClass {
  readonly job: string
  readonly class: string
}

interface BudgetQuestion {
  readonly budget: BudgetSettings
  readonly now: number
}

/** Whether the job may be recovered by a restart or a command once more. A run counts once, however many it took. */
export function askJobBudget(past: readonly PastStep[], of: JobClass, question: BudgetQuestion): BudgetAnswer {
  return answer(spentOf(past, of, question), question.budget, `recoveries of ${of.job} from ${of.class}`)
}

/** Whether the service may be restarted once more, whichever job restarted it before. */
export function askServiceBudget(past: readonly PastStep[], service: string, question: BudgetQuestion): BudgetAnswer {
  const {budget, now} = question
  const own = past.filter((each) => each.service === service && each.at > now - budget.perMs)
  return answer(
    own.map(({at}) => at),
    budget,
    `restarts of ${service}`,
  )
}

/** What is left of a budget. */
interface BudgetLeft {
  readonly left: number
  /** When the next recovery comes back; undefined if nothing is spent. */
  readonly until: number | undefined
}

export function budgetLeft(past: readonly PastStep[], of: JobClass, question: BudgetQuestion): BudgetLeft {
  const {budget} = question
  const spent = spentOf(past, of, question)
  if (spent.length === 0) return {left: budget.recoveries, until: undefined}
  return {left: Math.max(0, budget.recoveries - spent.length), until: nextFreeAt(spent, budget)}
}

/** The failure classes for which a job has spent something of its budget. */
export function spentClasses(past: readonly PastStep[], job: string, {budget, now}: BudgetQuestion): readonly string[] {
  const own = past.filter((each) => each.job === job && isActing(each) && each.at > now - budget.perMs)
  return [...new Set(own.map((each) => each.class))].sort()
}

/** Alerts of a recovery are raised once for each budget window: this is the one that was, by an earlier run. */
export function noticeInWindow(
  past: readonly PastStep[],
  notice: JobClass & {readonly run: string; readonly do: 'alert' | 'refused'; readonly level?: AlertLevel},
  {budget, now}: BudgetQuestion,
): PastStep | undefined {
  return past.find(
    (each) =>
      each.job === notice.job &&
      each.class === notice.class &&
      each.do === notice.do &&
      each.level === notice.level &&
      each.run !== notice.run &&
      each.at > now - budget.perMs,
  )
}

function isActing({do: what}: PastStep): boolean {
  return what === 'restart' || what === 'exec' || what === rerunStep
}

/** When each run of the window spent from the budget, newest first. */
function spentOf(past: readonly PastStep[], of: JobClass, {budget, now}: BudgetQuestion): readonly number[] {
  const own = past.filter(
    (each) => each.job === of.job && each.class === of.class && isActing(each) && each.at > now - budget.perMs,
  )
  return [...new Map(own.map(({run, at}) => [run, at])).values()]
}

/** One is free again once fewer than `recoveries` are left in the window. */
function nextFreeAt(spent: readonly number[], {recoveries, perMs}: BudgetSettings): number {
  const newestFirst = [...spent].sort((a, b) => b - a)
  return (newestFirst[recoveries - 1] ?? newestFirst.at(-1) ?? 0) + perMs
}

function answer(spent: readonly number[], budget: BudgetSettings, what: string): BudgetAnswer {
  const {recoveries, perMs} = budget
  if (spent.length < recoveries) return {granted: true}
  if (recoveries === 0) return {granted: false, reason: `the budget allows no ${what}`}
  const free = new Date(nextFreeAt(spent, budget)).toISOString()
  const rule = `the budget for ${what}, ${recoveries} in ${formatDuration(perMs)}, is spent`
  const reason = `${rule}; the next is allowed at ${free}, or after ${healthyRunsThatProve} runs that are healthy without a recovery`
  return {granted: false, reason}
}
