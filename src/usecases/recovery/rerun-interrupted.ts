import type {Leases} from '../../domain/lease/lease.js'
import {askJobBudget, type BudgetAnswer, countedSteps, noticeInWindow} from '../../domain/recovery/budget.js'
import {interruptedClass, mayBeRerun, undecidedRun} from '../../domain/recovery/rerun.js'
import {lastAttemptOf} from '../../domain/run/interrupted-run.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import {type Run, rerunStep} from '../../domain/run/run.js'
import type {Settings} from '../../domain/settings/settings.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import type {RaiseAlert} from '../alert/raise-alert.js'

export interface RerunDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'append' | 'newestFirst'>
  readonly settings: Pick<Settings, 'jobs' | 'wrong'>
  /** Why this process cannot start a job that outlives it. @returns undefined if it can */
  readonly cannotStart: () => string | undefined
  readonly raiseAlert: RaiseAlert
}

/** What is decided about the job of an interrupted run. */
export interface Rerun {
  readonly run: Run
  /** Whether the job is run again. */
  readonly ok: boolean
  /** Why not. */
  readonly reason: string | undefined
  /** Its job had done its work, and only the end is not on record: nobody needs to know that it is not run again. */
  readonly isDone: boolean
}

/**
 * What to decide about interrupted runs of jobs with `onCrash: rerun`; writes nothing.
 *
 * @param closing runs that count as interrupted though that is not on record, for a look ahead
 */
export function planReruns(deps: RerunDeps, closing: readonly Run[] = []): readonly Rerun[] {
  const now = deps.clock.now()
  const {byJob} = deps.leases.read()
  const {jobs, wrong} = deps.settings
  // While `defaults` is wrong, guard runs no job by its name.
  if (wrong?.refusal !== undefined) return []
  return [...deps.runs.read()].flatMap(([job, known]) => {
    const run = undecidedRun(closing.length === 0 ? known : {runs: known.runs.map(closed)}, byJob.get(job))
    const settings = run && Object.hasOwn(jobs, job) ? jobs[job] : undefined
    if (!run || settings?.onCrash !== 'rerun' || !mayBeRerun(run, settings.budget, now)) return []
    return settings.script === undefined && settings.command === undefined ? [] : [{run, ...answerOf(deps, run)}]
  })

  function closed(run: Run): Run {
    return closing.some(({id}) => id === run.id) ? {...run, outcome: 'interrupted', endedAt: now} : run
  }
}

function answerOf(deps: RerunDeps, run: Run): Pick<Rerun, 'ok' | 'reason' | 'isDone'> {
  // What it did would be done twice.
  if (lastAttemptOf(deps.runs.newestFirst(), run) === 'healthy')
    return {ok: false, reason: 'its last attempt had ended healthy', isDone: true}
  const answer: BudgetAnswer = askBudget(deps, run.job)
  const reason = answer.granted ? deps.cannotStart() : answer.reason
  return {ok: reason === undefined, reason, isDone: false}
}

function askBudget(deps: RerunDeps, job: string): BudgetAnswer {
  const {question, past} = budgetOf(deps, job)
  return askJobBudget(past, {job, class: interruptedClass}, question)
}

function budgetOf({clock, runs, settings}: RerunDeps, job: string) {
  const question = {budget: settings.jobs[job]?.budget ?? {recoveries: 0, perMs: 0}, now: clock.now()}
  return {question, past: countedSteps(runs.newestFirst(), question.now - question.budget.perMs)}
}

/**
 * Decides which jobs are run again. Each decision is a record, and of two processes that decide at once the first record
 * counts, so that an interrupted run leads to one rerun at most. The caller starts them: if it is killed before, nobody
 * else does, since a job that has begun twice is worse than one that waits for its next run.
 *
 * @returns what this process decided
 */
export function decideReruns(deps: RerunDeps): readonly Rerun[] {
  return planReruns(deps).filter((rerun) => {
    const {run, ok, reason, isDone} = rerun
    const notice = {job: run.job, class: interruptedClass, run: run.id, do: 'refused'} as const
    const {past, question} = budgetOf(deps, run.job)
    const suppressed = isDone || (!ok && noticeInWindow(past, notice, question) !== undefined)
    const {verdict} = deps.runs.append(
      {
        ...{kind: 'step-ended', job: run.job, run: run.id, do: rerunStep, ok, durationMs: 0, class: interruptedClass},
        evidence: reason ?? 'it was interrupted, and onCrash says rerun',
        ...(suppressed && {suppressed}),
      },
      'durable',
    )
    if (verdict === 'void') return false
    if (!ok && !suppressed) alertRefusal(deps, rerun)
    return true
  })
}

function alertRefusal({raiseAlert}: RerunDeps, {run: {job, id}, reason}: Rerun): void {
  const message = `${job} was interrupted and is not run again: ${reason}`
  const details = {runId: id, outcome: 'interrupted', reason}
  raiseAlert({level: 'CRITICAL', component: job, job, message, details, key: `rerun-refused:${job}:${id}`})
}
