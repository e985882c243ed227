import chalk from 'chalk'
import type {IncidentAction} from '../../domain/incident/decide.js'
import type {OverallStatus} from '../../domain/incident/overall-status.js'
import type {ResetProgress} from '../../domain/incident/reset-progress.js'
import type {JobFacts, Liveness} from '../../domain/watchdog/job-facts.js'
import type {VerdictKind} from '../../domain/watchdog/verdict.js'
import type {Evaluation, JobReport} from '../../usecases/watchdog/evaluate-jobs.js'

const paint: Readonly<Record<VerdictKind, (text: string) => string>> = {
  healthy: chalk.green,
  misreported: chalk.cyan,
  hung: chalk.red,
  stalled: chalk.red,
  missed: chalk.yellow,
}

const actionTexts: Readonly<Record<IncidentAction['do'], string>> = {
  observe: 'recorded',
  open: 'incident opened',
  'request-reset': 'reset requested',
  escalate: 'alert raised',
  resolve: 'incident resolved',
}

/** With more jobs than this, nobody reads a line about each that is healthy. */
const mostLines = 100

/** A line a job, and below it what was done about it. Of many jobs the healthy ones are only counted. */
export function renderEvaluation({reports, orphaned}: Evaluation): string {
  const shown = reports.length <= mostLines ? reports : reports.filter(isNotable)
  const width = shown.reduce((most, {job}) => Math.max(most, job.name.length), 0)
  const lines = shown.map((report) => renderReport(report, width))
  const left = orphaned.map(({job, reason}) => `${job.padEnd(width)}  incident resolved: ${reason}`)
  const healthy = reports.length - shown.length
  const more = lines.length > 0 ? ' more' : ''
  const counted = healthy === 0 ? [] : [`${healthy}${more} jobs are healthy; --json tells of each`]
  const all = [...lines, ...left, ...counted]
  return all.length === 0 ? 'no job is watched: the settings name none' : all.join('\n')
}

function isNotable({verdict, actions}: JobReport): boolean {
  return verdict.kind !== 'healthy' || actions.length > 0
}

function renderReport({job, verdict, actions}: JobReport, width: number): string {
  const {kind, reason} = verdict
  const head = `${job.name.padEnd(width)}  ${paint[kind](kind.padEnd(11))}  ${reason}`
  return [head, ...actions.map((action) => `  ${renderAction(action)}`)].join('\n')
}

function renderAction(action: IncidentAction): string {
  const text = chalk.bold(actionTexts[action.do])
  return action.do === 'resolve' ? `${text}: ${action.reason}` : text
}

/** Contract section 6. */
export function evaluationToJson({clocks, reports}: Evaluation, verdict: OverallStatus): object {
  return {
    at: iso(clocks.now.at),
    verdict,
    jobs: reports.map(({job, verdict, facts, resets, actions}) => ({
      job: job.name,
      verdict: verdict.kind,
      status: verdict.status,
      evidence: {...evidenceToJson(facts), ...(resets.attempts > 0 && {resets: resetsToJson(resets, facts)})},
      actions,
      reason: verdict.reason,
    })),
  }
}

function evidenceToJson(facts: JobFacts): object {
  const {now, liveness, outputs, slot, openclaw, skipped, watchedSinceMs} = facts
  const age = (uptimeMs: number) => Math.max(0, Math.round(now.uptimeMs - uptimeMs))
  return {
    watchedForMs: age(watchedSinceMs),
    calmForMs: age(now.undisturbedSinceMs),
    liveness: liveness.is === 'never-seen' ? {is: liveness.is} : livenessToJson(liveness, age),
    ...(skipped && {skipped: {ageMs: age(skipped.uptimeMs), reason: skipped.reason}}),
    outputs: outputs.map(({files, maxAgeMs, newest, unreadable}) => ({
      files,
      maxAgeMs,
      unreadable,
      newest: newest && {
        path: newest.path,
        ageMs: age(newest.modifiedUptimeMs),
        size: newest.size,
        problem: newest.problem,
      },
    })),
    ...(slot && {slot: {at: iso(slot.at), is: slot.due.is}}),
    ...(openclaw && {openclaw: {state: openclaw.state, remedy: openclaw.remedy, reason: openclaw.reason}}),
  }
}

/** Of the open incident. */
function resetsToJson({attempts, failed, last, lastUptimeMs, detail}: ResetProgress, {now}: JobFacts): object {
  return {requested: attempts, failed, last, ageMs: Math.max(0, Math.round(now.uptimeMs - lastUptimeMs)), detail}
}

function livenessToJson(
  liveness: Exclude<Liveness, {readonly is: 'never-seen'}>,
  age: (uptimeMs: number) => number,
): object {
  return {
    is: liveness.is,
    startedAgoMs: age(liveness.startedUptimeMs),
    seenAgoMs: age(liveness.seenUptimeMs),
    ...(liveness.is === 'ended' && liveness.trouble !== undefined && {trouble: liveness.trouble}),
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
