import type {Verdict} from '../watchdog/verdict-kind.js'
import type {Incident, Incidents} from './incident.js'

/** The status of all watched jobs together; the exit codes 0, 1 and 2. */
export interface OverallStatus {
  readonly is: 'healthy' | 'degraded' | 'unhealthy'
  /** Why it is not healthy. */
  readonly reason: string
}

/** A person reads no longer list; the table above it has all, and `guard status` those that are no news. */
const mostNames = 10

/**
 * - unhealthy: an incident of level CRITICAL was told
 * - degraded: anything else that is open
 */
export function overallStatus(
  reports: readonly {readonly job: string; readonly verdict: Verdict}[],
  {open}: Pick<Incidents, 'open'>,
): OverallStatus {
  const incidents = [...open.values()]
  const told = incidents.filter(isCritical)
  const failing = reports.filter(({job, verdict}) => verdict.status === 'failing' && !open.has(job))
  const others = incidents.filter((incident) => !told.includes(incident))
  const names = [
    ...told.map(({job, verdict}) => `${job} ${verdict}, told`),
    ...others.map(({job, verdict, escalations}) => `${job} ${verdict}${escalations > 0 ? ', told' : ''}`),
    ...failing.map(({job, verdict}) => `${job} ${verdict.kind}`),
  ]
  if (names.length === 0) return {is: 'healthy', reason: ''}
  const more = names.length > mostNames ? [`and ${names.length - mostNames} more`] : []
  return {is: told.length > 0 ? 'unhealthy' : 'degraded', reason: [...names.slice(0, mostNames), ...more].join('; ')}
}

/** Whether it was told as one that a person must look at now. */
export function isCritical({escalations, level}: Incident): boolean {
  return escalations > 0 && level === 'CRITICAL'
}
