import type {Incident, LastNotification} from './incident.js'

interface NotifiedIncident {
  readonly incident: Incident | undefined
  /** The last alert about the job. */
  readonly notified: LastNotification | undefined
  /** Of the verdict now. */
  readonly level: Incident['level']
  /** Whether it is told however short the last alert is ago. */
  readonly isUrgent: boolean
}

/**
 * Number of the notification that is due in its incident, or undefined if none is. Each incident is told once, and once
 * more when it has become worse; the deliverer repeats it. A new incident is told no sooner than `renotifyAfterMs` after
 * the last alert about its job, unless it is worse or urgent.
 */
export function dueNotification(
  {incident, notified, level, isUrgent}: NotifiedIncident,
  nowUptimeMs: number,
  renotifyAfterMs: number,
): number | undefined {
  const number = (incident?.escalations ?? 0) + 1
  const isWorse = notified?.level === 'WARNING' && level === 'CRITICAL'
  if (notified === undefined || isWorse) return number
  if (number > 1) return undefined
  return isUrgent || nowUptimeMs - notified.uptimeMs >= renotifyAfterMs ? number : undefined
}

/** Identifies one alert of one incident, so that it is raised once even if a process dies before it records that. */
export function dedupKey(incidentId: string, about: number | 'resolved'): string {
  return `incident-${incidentId}-${about}`
}
