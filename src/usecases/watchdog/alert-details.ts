import type {Incident} from '../../domain/incident/incident.js'
import {failedRun} from '../../domain/watchdog/bad-end.js'
import type {JobFacts} from '../../domain/watchdog/job-facts.js'

/** What an alert about an incident carries, so that a message can be written from it alone. Undefined values are left out. */
export function incidentDetails(
  {id, openedAt, verdict}: Pick<Incident, 'id' | 'openedAt' | 'verdict'>,
  event: 'trouble' | 'recovered',
  facts: JobFacts | undefined,
): Readonly<Record<string, unknown>> {
  const {lastEnd, streak, lastGoodAt, settingsProblem} = facts ?? {}
  const failed = event === 'trouble' && facts ? failedRun(verdict, facts) : undefined
  // A run that ended before its job hung or was missed says nothing of the trouble, and neither does what it printed.
  const run = event === 'trouble' ? failed : lastEnd
  const details = {
    event,
    incident: id,
    opened_at: new Date(openedAt).toISOString(),
    verdict,
    // Many jobs may have it in common, and then are one message.
    ...(event === 'trouble' && {errorLine: settingsProblem}),
    ...(failed && {
      outcome: failed.outcome,
      class: failed.failureClass,
      errorLine: failed.errorLine,
      badRuns: streak?.isWell === false ? streak.count : undefined,
    }),
    runId: run?.runId,
    durationMs: run?.durationMs,
    healthySince: event === 'trouble' && lastGoodAt !== undefined ? new Date(lastGoodAt).toISOString() : undefined,
  }
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
}
