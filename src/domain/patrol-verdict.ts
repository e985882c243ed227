import type {Incidents} from './incident.js'
import type {Judgement} from './verdict.js'

/** What a round says of the whole: 0, 1 or 2 as an exit code. */
export type PatrolVerdict = 'healthy' | 'degraded' | 'unhealthy'

/**
 * - unhealthy: a human was called
 * - degraded: trouble that is being healed, or a slot that was missed for a known reason
 */
export function patrolVerdict(judgements: readonly Judgement[], {jobs}: Incidents): PatrolVerdict {
  let isTroubled = judgements.some(({calls, verdict}) => calls === 'trouble' || verdict === 'missed')
  for (const {incident} of jobs.values()) {
    if (incident && incident.escalations > 0) return 'unhealthy'
    if (incident) isTroubled = true
  }
  return isTroubled ? 'degraded' : 'healthy'
}
