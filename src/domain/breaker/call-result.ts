import {outputLostClass} from '../run/lost-output.js'
import type {Outcome} from '../run/outcome.js'

/** The target answered, and the fault is the caller's: a refused request, or an output that could not be passed on. */
const callerErrors: ReadonlySet<string> = new Set(['auth', 'not-found', 'validation', outputLostClass])

/**
 * Whether a call shows that its target answers, and so counts as a success for the breaker.
 *
 * @returns undefined if the call says nothing of the target, because it was ended from outside or never began
 */
export function hasAnswered(outcome: Outcome, failureClass: string | undefined): boolean | undefined {
  if (outcome === 'killed' || outcome === 'not-started') return undefined
  const isWell = outcome === 'healthy' || outcome === 'skipped'
  return isWell || (failureClass !== undefined && callerErrors.has(failureClass))
}
