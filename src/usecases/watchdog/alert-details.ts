import type {Incident} from '../../domain/incident/incident.js'
import type {JobFacts} from '../../domain/watchdog/job-facts.js'

/** What an alert about an incident carries, so that a message can be written from it alone. Undefined values are left out. */
export function incidentDetails(
  {id, openedAt, verdict}: Pick<Incident, 'id' | 'openedAt' | 'verdict'>,
  event: 'trouble' | 'recovered',
  facts: JobFacts | undefined,
): Readonly<Record<string, unknown>> {
  const {lastEnd, streak, lastGoodAt} = facts ?? {}
  const isOfRun = event === 'trouble' && verdict === 'failing'
  const details = {
    event,
    incident: id,
    opened_at: new Date(openedAt).toISOString(),
    verdict,
    ...(isOfRun && {
      outcome: lastEnd?.outcome,
      class: lastEnd?.failureClass,
      errorLine: lastEnd?.errorLine,
      badRuns: streak?.isWell === false ? streak.count : undefined,
    }),
    runId: lastEnd?.runId,
    durationMs: lastEnd?.durationMs,
    healthySince: event === 'trouble' && lastGoodAt !== undefined ? new Date(lastGoodAt).toISOString() : undefined,
  }
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
}
