import {redactLine} from '../../domain/failure/redact.js'
import {askJobBudget, countedSteps, noticeInWindow} from '../../domain/recovery/budget.js'
import {type PlannedStep, planRecovery, stepTitle} from '../../domain/recovery/plan.js'
import type {RunResult} from '../../domain/run/outcome.js'
import type {AlertLevel, RecoveryStep} from '../../domain/settings/job.js'
import {
  jobClass,
  type Performed,
  performStep,
  type RecoveryRequest,
  type StepDeps,
  type StepResult,
} from './recovery-steps.js'
import type {RestartLease, WithRestartLease} from './restart-lease.js'

export interface RecoveryDeps<V extends RunResult> extends StepDeps<V> {
  readonly withRestartLease: WithRestartLease
  /** Writes one `step-ended` of the run. */
  readonly recordStep: (step: StepEnded) => void
  /** Hides secrets of the settings. */
  readonly mask: (text: string) => string
  /** Shows a step while it is done. */
  readonly show: ShowStep
  /** Writes a line into guard's own log. */
  readonly log: (text: string) => void
}

interface StepEnded {
  readonly do: string
  readonly ok: boolean
  readonly durationMs: number
  readonly evidence: string
  /** Failure class of the run that is recovered: budgets are counted for each. */
  readonly class: string
  /** The service that it restarted, or tried to. */
  readonly service?: string
  /** The program could not be started, or the manager not be reached: it counts against no budget. */
  readonly notStarted?: true
  /** Of an alert. */
  readonly level?: AlertLevel
  /** An alert that was raised before within the window of the budget. */
  readonly suppressed?: true
}

export type ShowStep = <R extends StepResult>(shown: StepShown, work: () => Promise<R>) => Promise<R>

export interface StepShown {
  readonly title: string
  /** The step shows output of its own. */
  readonly hasOutput: boolean
}

interface RecoveryResult<V extends RunResult> {
  /**
   * - nothing: there was nothing to do.
   * - refused: the budget is spent, so restarts and commands were left out, and the rest did not help.
   * - performed: the steps were taken.
   */
  readonly verdict: 'nothing' | 'refused' | 'performed'
  /** Why not everything was done; empty if it was. */
  readonly reason: string
  /** What the last verification found: the run's outcome from now on; undefined if nothing was verified. */
  readonly checked: V | undefined
  /** The last verification found the job healthy. */
  readonly recovered: boolean
  readonly steps: readonly StepEnded[]
}

/** Recovers a job after a run that went wrong, by the steps of its settings. A step that throws counts as failed. */
export async function runRecovery<V extends RunResult>(
  deps: RecoveryDeps<V>,
  request: RecoveryRequest,
): Promise<RecoveryResult<V>> {
  const {settings} = request
  const now = deps.clock.now()
  const past = countedSteps(deps.newestRuns(), now - settings.budget.perMs)
  const budget = askJobBudget(past, jobClass(request), {budget: settings.budget, now})
  const plan = planRecovery(settings.recovery, {...request, recoverOn: settings.recoverOn, budget})
  if (plan.verdict === 'nothing') return {...plan, checked: undefined, recovered: false, steps: []}
  deps.log(`${request.job} Recovery triggered: ${triggerText(request)}, run ${request.runId}`)
  const performed = await performPlan(deps, request, plan.steps)
  if (plan.refusal === undefined || performed.recovered || deps.signal.aborted) return performed
  const refused = refuse(deps, request, plan.refusal)
  return {...performed, verdict: 'refused', reason: plan.refusal, steps: [...performed.steps, refused]}
}

/** Why the job is recovered: how it ended, its failure class, and what the output says. */
function triggerText({outcome, detail, ...of}: RecoveryRequest): string {
  const {class: failureClass} = jobClass(of)
  return [`${outcome} (${failureClass})`, ...(detail === undefined ? [] : [detail])].join(', ')
}

/** A further restart would hide what is broken: a person is called, once for each window of the budget. */
function refuse<V extends RunResult>(deps: RecoveryDeps<V>, request: RecoveryRequest, reason: string): StepEnded {
  const {job, runId, outcome, detail, settings} = request
  const notice = {...jobClass(request), run: runId, do: 'refused'} as const
  const question = {budget: settings.budget, now: deps.clock.now()}
  const past = countedSteps(deps.newestRuns(), question.now - settings.budget.perMs)
  const suppressed = noticeInWindow(past, notice, question) !== undefined
  const step = {do: 'refused', ok: false, durationMs: 0, evidence: reason, class: notice.class}
  const ended = {...step, ...(suppressed && {suppressed})} as StepEnded
  deps.recordStep(ended)
  deps.log(`${job} Recovery refused: ${reason}, run ${runId}`)
  if (suppressed) return ended
  deps.raiseAlert({
    level: 'CRITICAL',
    component: job,
    job,
    message: `${job} ended ${outcome} and is not recovered again: ${reason}`,
    details: {runId, outcome, class: notice.class, detail, reason},
    key: `recovery-refused:${job}:${notice.class}:${runId}`,
  })
  return ended
}

async function performPlan<V extends RunResult>(
  deps: RecoveryDeps<V>,
  request: RecoveryRequest,
  planned: readonly PlannedStep[],
): Promise<RecoveryResult<V>> {
  const steps: StepEnded[] = []
  let checked: V | undefined
  let hasChanged = false
  for (const {step, skip} of planned) {
    if (deps.signal.aborted || checked?.outcome === 'healthy') break
    if (skip !== undefined) continue
    // To run the job again after nothing has changed would only be a further retry.
    if (step.do === 'verify' && !hasChanged) continue
    const shown = {title: stepTitle(step), hasOutput: step.do === 'verify'}
    const taken = await deps.show(shown, () => takeStep(deps, request, step))
    steps.push(taken.ended)
    deps.log(`${request.job} Recovery step ${nameOf(step)}: ${resultText(taken.ended)}, run ${request.runId}`)
    hasChanged ||= taken.changedBy !== undefined
    checked = taken.checked ?? checked
  }
  return {verdict: 'performed', reason: '', checked, recovered: checked?.outcome === 'healthy', steps}
}

function nameOf(step: RecoveryStep): string {
  return step.do === 'restart' ? `restart ${step.service}` : step.do
}

function resultText({ok, evidence, suppressed, durationMs}: StepEnded): string {
  const result = suppressed ? 'suppressed' : ok ? 'ok' : 'failed'
  return [result, ...(evidence === '' ? [] : [evidence]), `in ${durationMs} ms`].join(', ')
}

type Taken<V extends RunResult> = Performed<V> & {readonly ended: StepEnded}

/** A restart is recorded before the next run may restart: that run asks how often the service was restarted. */
function takeStep<V extends RunResult>(
  deps: RecoveryDeps<V>,
  request: RecoveryRequest,
  step: RecoveryStep,
): Promise<Taken<V>> {
  const begun = deps.clock.mono()
  const take = async (lease: RestartLease): Promise<Taken<V>> => {
    const performed = await performStep(deps, {step, request, lease})
    const result = {...performed, evidence: deps.mask(performed.evidence)}
    const ended: StepEnded = {
      do: step.do,
      ok: result.ok,
      durationMs: Math.round(deps.clock.mono() - begun),
      evidence: redactLine(result.evidence),
      class: jobClass(request).class,
      ...(step.do === 'restart' && result.changedBy === 'this-run' && {service: step.service}),
      ...(result.notStarted && {notStarted: true}),
      ...(step.do === 'alert' && {level: step.level}),
      ...(result.suppressed && {suppressed: true}),
    }
    deps.recordStep(ended)
    return {...result, ended}
  }
  const times = step.do === 'restart' ? request.services[step.service] : undefined
  return step.do === 'restart' && times ? deps.withRestartLease(step.service, times, take) : take({is: 'free'})
}
