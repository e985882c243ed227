import type {Incident} from '../../domain/incident/incident.js'
import {failedRun} from '../../domain/watchdog/bad-end.js'
import type {JobFacts} from '../../domain/watchdog/job-facts.js'

/** What an alert about an incident carries, so that a message can be written from it alone. Undefined values are left out. */
export function incidentDetails(
  {id, openedAt, verdict}: Pick<Incident, 'id' | 'openedAt' | 'verdict'>,
  event: 'trouble' | 'recovered',
  facts: JobFacts | undefined,
): Readonly<Record<string, unknown>> {
  const {lastEnd, streak, lastGoodAt} = facts ?? {}
  const failed = event === 'trouble' && facts ? failedRun(verdict, facts) : undefined
  const details = {
    event,
    incident: id,
    opened_at: new Date(openedAt).toISOString(),
    verdict,
    ...(failed && {
      outcome: failed.outcome,
      class: failed.failureClass,
      errorLine: failed.errorLine,
      badRuns: streak?.isWell === false ? streak.count : undefined,
    }),
    runId: lastEnd?.runId,
    durationMs: lastEnd?.durationMs,
    healthySince: event === 'trouble' && lastGoodAt !== undefined ? new Date(lastGoodAt).toISOString() : undefined,
  }
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
}
