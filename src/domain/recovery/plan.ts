import {formatDuration} from '../clock/duration.js'
import type {Outcome} from '../run/outcome.js'
import type {RecoveryStep, TroubleOutcome} from '../settings/job.js'
import type {BudgetAnswer} from './budget.js'

/**
 * What to do about a run that went wrong: the steps of the settings, in their order. A step that fails stops no other,
 * for only a check knows whether the job is well again; a check that finds it well ends the recovery, so that steps
 * behind it are for the case that those before were not enough.
 */
type RecoveryPlan =
  | {readonly verdict: 'recover'; readonly steps: readonly PlannedStep[]}
  /** There is something to do, and it must not be done. */
  | {readonly verdict: 'refused'; readonly reason: string; readonly key: string}
  | {readonly verdict: 'nothing'; readonly reason: string}

export interface PlannedStep {
  readonly step: RecoveryStep
  /** Why it is left out. Undefined: it is to be performed. */
  readonly skip?: string
}

/** What the plan is made for. */
export interface Trouble {
  readonly outcome: Outcome
  /** Failure class, when one was recognised. */
  readonly class: string | undefined
  /** Outcomes that are recovered from. */
  readonly recoverOn: readonly TroubleOutcome[]
  readonly budget: BudgetAnswer
}

export function planRecovery(steps: readonly RecoveryStep[], trouble: Trouble): RecoveryPlan {
  const {outcome, recoverOn, budget} = trouble
  if (steps.length === 0) return {verdict: 'nothing', reason: 'no recovery is set'}
  if (!recoverOn.some((each) => each === outcome))
    return {verdict: 'nothing', reason: `${outcome} is not recovered from`}
  const planned = steps.map((step) => planStep(step, trouble))
  // Where steps would do something in other cases, to wait and look again alone is no recovery.
  if (planned.some(isDoing) && !planned.some((each) => isDoing(each) && each.skip === undefined)) {
    return {verdict: 'nothing', reason: `no step is for ${trouble.class ?? 'an unknown class'} or ${outcome}`}
  }
  if (!budget.granted) return {verdict: 'refused', reason: budget.reason, key: budget.key}
  return {verdict: 'recover', steps: planned}
}

function isDoing({step}: PlannedStep): boolean {
  return step.do !== 'wait' && step.do !== 'verify'
}

function planStep(step: RecoveryStep, {outcome, class: failureClass}: Trouble): PlannedStep {
  const {when} = step
  if (when.length === 0 || when.includes(outcome)) return {step}
  if (failureClass !== undefined && when.includes(failureClass)) return {step}
  return {step, skip: `only for ${when.join(', ')}`}
}

/** What a step would do, in a few words, for plans, progress and logs. */
export function stepTitle(step: RecoveryStep): string {
  switch (step.do) {
    case 'clear-locks':
      return `clear stale locks ${step.files.join(' ')}`
    case 'restart':
      return `restart ${step.service}`
    case 'exec':
      return `run ${step.command.join(' ')}`
    case 'alert':
      return `raise a ${step.level} alert`
    case 'wait':
      return `wait ${formatDuration(step.forMs)}`
    case 'verify':
      return step.deadlineMs === undefined ? 'check again' : `check again for up to ${formatDuration(step.deadlineMs)}`
  }
}
