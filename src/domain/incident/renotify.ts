/** Number of the notification that is due, or undefined while the repeat interval runs. */
export function dueNotification(
  incident: Escalated,
  nowUptimeMs: number,
  repeatAlertAfterMs: number,
): number | undefined {
  const {escalations, escalatedUptimeMs} = incident
  if (escalations > 0 && nowUptimeMs - escalatedUptimeMs < repeatAlertAfterMs) return undefined
  return escalations + 1
}

interface Escalated {
  /** Notifications so far. */
  readonly escalations: number
  /** When the last one was sent; uptime clock, ms. */
  readonly escalatedUptimeMs: number
}

/** Identifies one alert of one incident, so that it is raised once even if a process dies before it records that. */
export function dedupKey(incidentId: string, about: number | 'resolved'): string {
  return `incident-${incidentId}-${about}`
}
