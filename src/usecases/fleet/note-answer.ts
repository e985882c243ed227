import {GuardError} from '../../errors.js'
import {tellIfOver, troubleOf} from './claim-of.js'
import type {FleetDeps} from './fleet-deps.js'

/** What is known of the store, and who is told of it. */
export type AnswerDeps = Pick<FleetDeps, 'known' | 'tell' | 'warn'>

/**
 * Records that the store has answered a renewal, which proves nothing but that it can be reached: another claim may still be
 * refused, as by a schema of another version.
 */
export function noteReached(deps: AnswerDeps): void {
  if (troubleOf(deps)?.kind === 'away') noteAnswer(deps)
}

/** Records that the store has answered a question of which nothing else is recorded; only after trouble, of which it is the end. */
export function noteAnswer(deps: AnswerDeps): void {
  const trouble = troubleOf(deps)
  if (!trouble) return
  try {
    deps.known?.note({kind: 'answered'}, 'buffered')
    tellIfOver(deps, trouble)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    deps.warn(`that the store of the fleet answers again is not recorded: ${error.message}`)
  }
}
