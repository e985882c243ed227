import type {Incident} from '../../domain/incident/incident.js'

/** An open incident for `--json`. */
export function incidentToJson({id, job, verdict, level, reason, openedAt, escalations, isFlapping}: Incident): object {
  return {
    incidentId: id,
    job,
    verdict,
    level,
    reason,
    openedAt: new Date(openedAt).toISOString(),
    told: escalations > 0,
    ...(isFlapping && {flapping: true}),
  }
}
