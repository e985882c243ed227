import type {Judgement} from '../watchdog/verdict.js'
import type {Incidents} from './incident.js'

/** What a round says of the whole: 0, 1 or 2 as an exit code. */
export type PatrolVerdict = 'healthy' | 'degraded' | 'unhealthy'

/**
 * - unhealthy: a human was called
 * - degraded: trouble that is being healed, or a slot that was missed for a known reason
 */
export function patrolVerdict(judgements: readonly Judgement[], {open}: Incidents): PatrolVerdict {
  for (const {escalations} of open.values()) if (escalations > 0) return 'unhealthy'
  const isTroubled = judgements.some(({calls, verdict}) => calls === 'trouble' || verdict === 'missed')
  return isTroubled || open.size > 0 ? 'degraded' : 'healthy'
}
