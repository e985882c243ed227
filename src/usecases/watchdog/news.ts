import {openclawName} from '../../domain/watchdog/openclaw-reachability.js'
import type {Evaluation} from './evaluate-jobs.js'

/**
 * The jobs of which an incident was opened, told or resolved, or a reset requested, and OpenClaw when it can no longer
 * be asked, or again.
 *
 * @returns undefined if there is no news
 */
export function newsOf(evaluation: Evaluation): Evaluation | undefined {
  const reports = evaluation.reports.filter(
    ({job, actions}) =>
      actions.some((action) => action.do !== 'observe') || (actions.length > 0 && job.name === openclawName),
  )
  return reports.length + evaluation.orphaned.length === 0 ? undefined : {...evaluation, reports, others: []}
}
