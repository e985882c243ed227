import {isSlotTaken, type RunsByJob} from '../../domain/run/job-runs.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {RunRequest} from './run-request.js'

interface SlotDeps {
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'newestFirst'> | undefined
  readonly warn: (text: string) => void
}

/**
 * Cheaper than a start that turns out to be void.
 *
 * @returns why the slot is not run, or undefined if no run has begun for it, as far as can be known
 */
export async function slotProblem(
  {runs, warn}: SlotDeps,
  {job}: RunRequest,
  slot: string,
): Promise<string | undefined> {
  try {
    if (!runs || !isSlotTaken(runs.read().get(job), slot)) return undefined
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    warn(`whether the slot ${slot} was run is not known: ${error.message}`)
    return undefined
  }
  // Loaded late: a slot is seldom taken.
  const {takerOf} = await import('./slot-taker.js')
  return `its slot (${slot}) was taken by ${takerOf({runs}, job, slot)}`
}
