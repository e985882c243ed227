import type {Verdict} from '../watchdog/verdict.js'
import type {Incidents} from './incident.js'

/** What a round says of the whole: 0, 1 or 2 as an exit code. */
export type OverallStatus = 'healthy' | 'degraded' | 'unhealthy'

/**
 * - unhealthy: a human was called
 * - degraded: trouble that is being healed, or a slot that was missed for a known reason
 */
export function overallStatus(verdicts: readonly Verdict[], {open}: Incidents): OverallStatus {
  for (const {escalations} of open.values()) if (escalations > 0) return 'unhealthy'
  const isTroubled = verdicts.some(({status, kind}) => status === 'failing' || kind === 'missed')
  return isTroubled || open.size > 0 ? 'degraded' : 'healthy'
}
