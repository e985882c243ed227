import {formatDuration} from '../clock/duration.js'
import type {Outcome} from '../run/outcome.js'
import type {RecoveryStep, TroubleOutcome} from '../settings/job.js'
import type {BudgetAnswer} from './budget.js'

/**
 * What to do about a run that went wrong: the steps of the settings, in their order. A step that fails stops no other,
 * because only a verification knows whether the job is healthy again. A verification that finds it healthy ends the
 * recovery, so steps behind it are for the case that those before were not enough.
 */
type RecoveryPlan =
  | {
      readonly verdict: 'recover'
      readonly steps: readonly PlannedStep[]
      /** Why some of the steps must not be performed; undefined if all may. */
      readonly refusal: string | undefined
    }
  | {readonly verdict: 'nothing'; readonly reason: string}

export interface PlannedStep {
  readonly step: RecoveryStep
  /** Why it is left out; undefined if it is performed. */
  readonly skip?: string
}

/** What the plan is made for. */
export interface Trouble {
  readonly outcome: Outcome
  /** Failure class, if one was recognised. */
  readonly class: string | undefined
  /** Outcomes that are recovered from. */
  readonly recoverOn: readonly TroubleOutcome[]
  /** Of the job, for this class. */
  readonly budget: BudgetAnswer
}

export function planRecovery(steps: readonly RecoveryStep[], trouble: Trouble): RecoveryPlan {
  const {outcome, recoverOn, budget} = trouble
  if (steps.length === 0) return {verdict: 'nothing', reason: 'no recovery is set'}
  if (!recoverOn.some((each) => each === outcome))
    return {verdict: 'nothing', reason: `${outcome} is not recovered from`}
  const planned = steps.map((step) => planStep(step, trouble))
  // Only waiting and verifying again is a retry, not a recovery.
  if (!planned.some(({step, skip}) => skip === undefined && step.do !== 'wait' && step.do !== 'verify'))
    return {verdict: 'nothing', reason: `no step is for ${trouble.class ?? 'an unknown class'} or ${outcome}`}
  if (budget.granted || !planned.some((each) => each.skip === undefined && isBudgeted(each.step)))
    return {verdict: 'recover', steps: planned, refusal: undefined}
  const rest = planned.map((each) => (isBudgeted(each.step) ? {skip: budget.reason, ...each} : each))
  return {verdict: 'recover', steps: rest, refusal: budget.reason}
}

/** Other steps are safe however often they are done. */
function isBudgeted(step: RecoveryStep): boolean {
  return step.do === 'restart' || step.do === 'exec'
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
