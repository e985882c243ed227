import type {Incident, Incidents} from './incident.js'

/** Content of `openclaw_escalation.json`; it depends on the incidents alone. */
export interface EscalationFile {
  readonly escalations: readonly Escalation[]
}

interface Escalation {
  readonly job: string
  readonly incident: string
  readonly verdict: string
  readonly reason: string
  /** ISO 8601 UTC. */
  readonly opened_at: string
  readonly escalated_at: string
  readonly alerts: number
}

/** @returns undefined if no incident is escalated; the file is then removed */
export function escalationFileOf({open}: Incidents): EscalationFile | undefined {
  const escalations = [...open.values()].filter((incident) => incident.escalations > 0).map(escalationOf)
  return escalations.length === 0 ? undefined : {escalations}
}

function escalationOf({job, id, verdict, reason, openedAt, escalatedAt, escalations}: Incident): Escalation {
  return {
    job,
    incident: id,
    verdict,
    reason,
    opened_at: new Date(openedAt).toISOString(),
    escalated_at: new Date(escalatedAt).toISOString(),
    alerts: escalations,
  }
}
