import {asEvidence} from '../domain/evidence.js'
import type {Rec} from '../domain/record.js'
import {type PlannedStep, planRecovery, stepTitle} from '../domain/recovery.js'
import {askJobBudget, countedRecoveries, type PastRecovery} from '../domain/recovery-budget.js'
import {type Checked, type HealRequest, performStep, type StepDeps, type StepResult} from './recovery-steps.js'

export interface HealDeps<V extends Checked> extends StepDeps<V> {
  /** The runs journal, newest record first; it is read no further back than the longest budget reaches. */
  readonly newestRuns: () => Iterable<Rec>
  /** Writes one `step-ended` of the run. */
  readonly recordStep: (step: StepEnded) => void
  /** Shows a step while it is done. */
  readonly show: ShowStep
}

export interface StepEnded extends StepResult {
  readonly do: string
  readonly durationMs: number
  readonly service?: string
}

export type ShowStep = <R extends StepResult>(shown: StepShown, work: () => Promise<R>) => Promise<R>

export interface StepShown {
  readonly title: string
  /** The step shows output of its own. */
  readonly hasOutput: boolean
}

export interface Healing<V extends Checked> {
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
export async function healJob<V extends Checked>(deps: HealDeps<V>, request: HealRequest): Promise<Healing<V>> {
  const {job, settings} = request
  const now = deps.clock.now()
  const past = countedRecoveries(deps.newestRuns(), now - longestWindow(request))
  const budget = askJobBudget(past, job, {budget: settings.budget, now})
  const plan = planRecovery(settings.recovery, {...request, recoverOn: settings.recoverOn, budget})
  if (plan.verdict === 'nothing') return {...untouched, verdict: 'nothing', reason: plan.reason}
  if (plan.verdict === 'refused') return refuse(deps, request, plan)
  return performPlan(deps, request, {steps: plan.steps, past})
}

const untouched = {checked: undefined, recovered: false, steps: []}

function longestWindow({settings, services}: HealRequest): number {
  return Math.max(settings.budget.perMs, ...Object.values(services).map(({budget}) => budget.perMs))
}

/** To heal once more would hide what is broken. Somebody has to look, and is told once for each time it is spent. */
function refuse<V extends Checked>(
  deps: HealDeps<V>,
  {job, runId, outcome, detail}: HealRequest,
  {reason, key}: {readonly reason: string; readonly key: string},
): Healing<V> {
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

interface Plan {
  readonly steps: readonly PlannedStep[]
  readonly past: readonly PastRecovery[]
}

async function performPlan<V extends Checked>(
  deps: HealDeps<V>,
  request: HealRequest,
  plan: Plan,
): Promise<Healing<V>> {
  const past = [...plan.past]
  const steps: StepEnded[] = []
  let checked: V | undefined
  for (const {step, skip} of plan.steps) {
    if (deps.signal.aborted || checked?.outcome === 'healthy') break
    if (skip !== undefined) continue
    const begun = deps.clock.mono()
    const shown = {title: stepTitle(step), hasOutput: step.do === 'verify'}
    const result = await deps.show(shown, () => performStep(deps, {step, request, past}))
    const service = step.do === 'restart' ? {service: step.service} : {}
    const durationMs = Math.round(deps.clock.mono() - begun)
    const ended = {do: step.do, ok: result.ok, durationMs, evidence: asEvidence(result.evidence), ...service}
    deps.recordStep(ended)
    steps.push(ended)
    past.unshift({job: request.job, run: request.runId, at: deps.clock.now(), ...service})
    checked = result.checked ?? checked
  }
  return {verdict: 'performed', reason: '', checked, recovered: checked?.outcome === 'healthy', steps}
}
