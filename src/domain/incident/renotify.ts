import type {Incident, LastNotification} from './incident.js'

interface NotifiedIncident {
  readonly incident: Incident | undefined
  /** The last alert about the job. */
  readonly notified: LastNotification | undefined
  /** Of the verdict now. */
  readonly level: Incident['level']
}

/**
 * Number of the notification that is due in its incident, or undefined if none is. Each incident is told once, and once
 * more when it has become worse; the deliverer repeats it, and makes one message of what comes and goes.
 */
export function dueNotification({incident, notified, level}: NotifiedIncident): number | undefined {
  const told = incident?.escalations ?? 0
  const isWorse = notified?.level === 'WARNING' && level === 'CRITICAL'
  return told === 0 || isWorse ? told + 1 : undefined
}

/** Identifies one alert of one incident, so that it is raised once even if a process dies before it records that. */
export function dedupKey(incidentId: string, about: number | 'resolved'): string {
  return `incident-${incidentId}-${about}`
}
