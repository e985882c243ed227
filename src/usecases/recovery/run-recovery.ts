import {redactLine} from '../../domain/failure/redact.js'
import {askJobBudget, countedRecoveries} from '../../domain/recovery/budget.js'
import {type PlannedStep, planRecovery, stepTitle} from '../../domain/recovery/plan.js'
import type {RecoveryStep} from '../../domain/settings/job.js'
import {
  type Checked,
  type Performed,
  performStep,
  type RecoveryRequest,
  type StepDeps,
  type StepResult,
} from './recovery-steps.js'
import type {RestartLease, WithRestartLease} from './restart-lease.js'

export interface RecoveryDeps<V extends Checked> extends StepDeps<V> {
  readonly withRestartLease: WithRestartLease
  /** Writes one `step-ended` of the run. */
  readonly recordStep: (step: StepEnded) => void
  /** Shows a step while it is done. */
  readonly show: ShowStep
}

interface StepEnded {
  readonly do: string
  readonly ok: boolean
  readonly durationMs: number
  readonly evidence: string
  /** The service that it restarted, or tried to. */
  readonly service?: string
}

export type ShowStep = <R extends StepResult>(shown: StepShown, work: () => Promise<R>) => Promise<R>

export interface StepShown {
  readonly title: string
  /** The step shows output of its own. */
  readonly hasOutput: boolean
}

interface RecoveryResult<V extends Checked> {
  /** - nothing: there was nothing to do. - refused: the budget is spent. - performed: the steps were taken. */
  readonly verdict: 'nothing' | 'refused' | 'performed'
  /** Why nothing was done; empty when something was. */
  readonly reason: string
  /** What the last check found: the run's verdict from now on. Undefined: nothing was checked. */
  readonly checked: V | undefined
  /** The last check found the job healthy. */
  readonly recovered: boolean
  readonly steps: readonly StepEnded[]
}

/** Heals a job after a run that went wrong, by the steps of its settings. A step that breaks has failed, no more. */
export async function runRecovery<V extends Checked>(
  deps: RecoveryDeps<V>,
  request: RecoveryRequest,
): Promise<RecoveryResult<V>> {
  const {job, settings} = request
  const now = deps.clock.now()
  const past = countedRecoveries(deps.newestRuns(), now - longestWindow(request))
  const budget = askJobBudget(past, job, {budget: settings.budget, now})
  const plan = planRecovery(settings.recovery, {...request, recoverOn: settings.recoverOn, budget})
  if (plan.verdict === 'nothing') return {...untouched, verdict: 'nothing', reason: plan.reason}
  if (plan.verdict === 'refused') return refuse(deps, request, plan)
  return performPlan(deps, request, plan.steps)
}

const untouched = {checked: undefined, recovered: false, steps: []}

function longestWindow({settings, services}: RecoveryRequest): number {
  return Math.max(settings.budget.perMs, ...Object.values(services).map(({budget}) => budget.perMs))
}

/** To heal once more would hide what is broken. Somebody has to look, and is told once for each time it is spent. */
function refuse<V extends Checked>(
  deps: RecoveryDeps<V>,
  {job, runId, outcome, detail}: RecoveryRequest,
  {reason, key}: {readonly reason: string; readonly key: string},
): RecoveryResult<V> {
  const step = {do: 'refused', ok: false, durationMs: 0, evidence: reason}
  deps.recordStep(step)
  deps.raiseAlert({
    level: 'CRITICAL',
    component: job,
    job,
    message: `${job} is ${outcome} and is not recovered again: ${reason}`,
    details: {run: runId, outcome, detail, reason},
    key: `recovery-refused:${job}:${key}`,
  })
  return {...untouched, verdict: 'refused', reason, steps: [step]}
}

async function performPlan<V extends Checked>(
  deps: RecoveryDeps<V>,
  request: RecoveryRequest,
  planned: readonly PlannedStep[],
): Promise<RecoveryResult<V>> {
  const steps: StepEnded[] = []
  let checked: V | undefined
  for (const {step, skip} of planned) {
    if (deps.signal.aborted || checked?.outcome === 'healthy') break
    if (skip !== undefined) continue
    const shown = {title: stepTitle(step), hasOutput: step.do === 'verify'}
    const taken = await deps.show(shown, () => takeStep(deps, request, step))
    steps.push(taken.ended)
    checked = taken.checked ?? checked
  }
  return {verdict: 'performed', reason: '', checked, recovered: checked?.outcome === 'healthy', steps}
}

type Taken<V extends Checked> = Performed<V> & {readonly ended: StepEnded}

/** A restart is recorded before the next run's turn, which asks how often the service was restarted. */
function takeStep<V extends Checked>(
  deps: RecoveryDeps<V>,
  request: RecoveryRequest,
  step: RecoveryStep,
): Promise<Taken<V>> {
  const begun = deps.clock.mono()
  const take = async (turn: RestartLease): Promise<Taken<V>> => {
    const result = await performStep(deps, {step, request, turn})
    const service = step.do === 'restart' && !result.untouched ? {service: step.service} : {}
    const durationMs = Math.round(deps.clock.mono() - begun)
    const ended = {do: step.do, ok: result.ok, durationMs, evidence: redactLine(result.evidence), ...service}
    deps.recordStep(ended)
    return {...result, ended}
  }
  const times = step.do === 'restart' ? request.services[step.service] : undefined
  return step.do === 'restart' && times ? deps.withRestartLease(step.service, times, take) : take({is: 'free'})
}
