import type {Incident, LastNotification} from './incident.js'

interface NotifiedIncident {
  readonly incident: Incident | undefined
  /** The last alert about the job. */
  readonly notified: LastNotification | undefined
  /** Of the verdict now. */
  readonly level: Incident['level']
  readonly isFlapping: boolean
}

/**
 * Number of the notification that is due in its incident, or undefined while the repeat interval runs. The interval
 * counts for the job and not for the incident; trouble that has become worse, and a job that begins to flap, are told
 * at once.
 */
export function dueNotification(
  {incident, notified, level, isFlapping}: NotifiedIncident,
  nowUptimeMs: number,
  repeatAlertAfterMs: number,
): number | undefined {
  const number = (incident?.escalations ?? 0) + 1
  const isWorse = notified?.level === 'WARNING' && level === 'CRITICAL'
  const isFirst = notified === undefined || isWorse || (isFlapping && number === 1)
  return isFirst || nowUptimeMs - notified.uptimeMs >= repeatAlertAfterMs ? number : undefined
}

/** Identifies one alert of one incident, so that it is raised once even if a process dies before it records that. */
export function dedupKey(incidentId: string, about: number | 'resolved'): string {
  return `incident-${incidentId}-${about}`
}
