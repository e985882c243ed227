import {span} from '../clock/span.js'
import type {JobFacts, LastEnd} from './job-facts.js'
import {isWell} from './last-end.js'
import type {Verdict, VerdictKind} from './verdict-kind.js'

/**
 * `failing`, if the last run ended badly. A run that a reboot interrupted is no failure of the job if another one is
 * to come, nor is any if another host of the fleet has run it well since.
 *
 * @returns undefined if the last end says nothing against the job
 */
export function badEnd(facts: JobFacts): Verdict | undefined {
  const {lastEnd, nextRunInMs} = facts
  if (!lastEnd || isWell(lastEnd) || wellElsewhere(facts, lastEnd.uptimeMs) !== undefined) return undefined
  if (lastEnd.byReboot && nextRunInMs !== undefined) return undefined
  const level = lastEnd.outcome === 'degraded' ? 'WARNING' : 'CRITICAL'
  return {kind: 'failing', status: 'failing', level, reason: failureText(lastEnd, facts)}
}

/** @returns that another host of the fleet has run the job well since a time, uptime clock; undefined if it is not known */
export function wellElsewhere({ranWellElsewhereMs: ranAt, now}: JobFacts, sinceUptimeMs: number): string | undefined {
  if (ranAt === undefined || ranAt < sinceUptimeMs) return undefined
  return `another host of the fleet has run it well since, ${span(now.uptimeMs - ranAt)} ago`
}

/** @returns the last run, if it is why a job is in trouble of this kind; else undefined, because it explains nothing */
export function failedRun(kind: VerdictKind, {settingsProblem, lastEnd}: JobFacts): LastEnd | undefined {
  return kind === 'failing' && settingsProblem === undefined ? lastEnd : undefined
}

const endings: Readonly<Record<LastEnd['outcome'], string>> = {
  healthy: 'ended well',
  degraded: 'ended degraded',
  unhealthy: 'ended unhealthy',
  failed: 'failed',
  'timed-out': 'timed out',
  killed: 'was killed',
  'not-started': 'could not be started',
  skipped: 'was skipped',
  // When it was, nobody knows.
  interrupted: 'was found interrupted',
  error: 'ended with an error',
}

/** The run of the last end, which may not be the last one. */
function runOfLastEnd({uncounted}: JobFacts): string {
  return uncounted ? 'its last run that counts' : 'its last run'
}

function failureText(end: LastEnd, facts: JobFacts): string {
  const {streak, now} = facts
  const detail = end.detail === undefined ? '' : ` (${end.detail})`
  const refused = end.refused === undefined ? '' : `; not recovered again: ${end.refused}`
  const isRow = streak !== undefined && !streak.isWell && streak.count > 1
  const row = isRow ? `, ${streak.count} bad runs in a row for ${span(now.at - streak.firstEndedAt)}` : ''
  return `${runOfLastEnd(facts)} ${endings[end.outcome]} ${span(now.at - end.endedAt)} ago${detail}${row}${refused}`
}

/** The last run in one clause. */
export function lastRunText(facts: JobFacts): string {
  const {liveness, lastEnd, uncounted, now} = facts
  if (liveness.is === 'running-unleased')
    return `its last run began ${span(now.uptimeMs - liveness.startedUptimeMs)} ago and goes on`
  if (lastEnd?.byReboot) return 'its last run was interrupted by a reboot'
  if (lastEnd) return `${runOfLastEnd(facts)} ${endings[lastEnd.outcome]} ${span(now.at - lastEnd.endedAt)} ago`
  if (uncounted) return uncountedText(uncounted, now)
  if (liveness.is === 'never-seen') return 'no run was ever seen'
  return `its last sign was ${span(now.uptimeMs - liveness.seenUptimeMs)} ago, without an end on record`
}

function uncountedText({is, detail, endedAt}: NonNullable<JobFacts['uncounted']>, now: JobFacts['now']): string {
  const what = is === 'skipped' ? 'said itself that it was skipped' : 'was cut short'
  const why = detail === undefined ? '' : ` (${detail})`
  return `its last run ${what} ${span(now.at - endedAt)} ago${why}, which says nothing for or against it`
}
