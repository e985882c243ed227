/** Which alert of an incident is due: the first at once, then one per interval however often somebody looks. */
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
  /** How often a human was called; 0: not yet. */
  readonly escalations: number
  /** When the last time, on the uptime clock, ms. */
  readonly escalatedUptimeMs: number
}

/** Names one alert of one incident, so that it is raised once whoever dies before writing down that it was. */
export function dedupKey(incidentId: string, about: number | 'resolved'): string {
  return `incident-${incidentId}-${about}`
}
