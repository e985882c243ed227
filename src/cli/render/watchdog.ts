import {span} from '../../domain/clock/span.js'
import type {IncidentAction} from '../../domain/incident/decide.js'
import type {OverallStatus} from '../../domain/incident/overall-status.js'
import type {ResetProgress} from '../../domain/incident/reset-progress.js'
import type {JobFacts, LastEnd, Liveness} from '../../domain/watchdog/job-facts.js'
import {openclawName} from '../../domain/watchdog/openclaw-reachability.js'
import {type UnusualRun, unusualRuns} from '../../domain/watchdog/unusual-run.js'
import type {VerdictKind} from '../../domain/watchdog/verdict-kind.js'
import type {Evaluation, JobReport} from '../../usecases/watchdog/evaluate-jobs.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderSpan} from './run.js'
import {type Row, renderTable, renderText} from './table.js'

const paint: Readonly<Record<VerdictKind, (text: string) => string>> = {
  healthy: color.green,
  failing: color.red,
  unknown: color.yellow,
  misreported: color.cyan,
  hung: color.red,
  stalled: color.red,
  missed: color.yellow,
}

const actionTexts: Readonly<Record<IncidentAction['do'], string>> = {
  observe: 'recorded',
  open: 'incident opened',
  'request-reset': 'reset requested',
  escalate: 'alert raised',
  resolve: 'incident resolved',
}

/** Of a round that only says what it would do. */
const plannedTexts: typeof actionTexts = {
  observe: 'would be recorded',
  open: 'an incident would be opened',
  'request-reset': 'a reset would be requested',
  escalate: 'an alert would be raised',
  resolve: 'the incident would be resolved',
}

/** With more jobs than this, jobs that need nothing have no line. */
const mostLines = 100

/**
 * A row for each job, the worst first, below it what was done, and at the end why the status is not healthy and what to
 * do next. Of many jobs those that need nothing are only counted.
 */
export function renderEvaluation(
  page: Page,
  {reports, orphaned, others, clocks}: Evaluation,
  status: OverallStatus,
  texts = actionTexts,
): string {
  const shown = reports.length <= mostLines ? reports : reports.filter(isNotable)
  const worst = shown.toSorted((one, other) => urgency(one) - urgency(other))
  const rows = [
    ...worst.map((report) => rowOf(report, texts)),
    ...orphaned.map(({job, reason}) => ({cells: [job, '', `${texts.resolve}: ${reason}`]})),
    ...others.map((other) => otherRow(other, clocks.nowUptimeMs)),
  ]
  const counted = countText(reports, shown)
  if (rows.length === 0 && counted === '') return 'no job is watched'
  const next = page.isTerminal ? nextStep(worst) : undefined
  return [
    ...(rows.length > 0 ? [renderTable(page, ['JOB', 'VERDICT', 'WHY'], rows)] : []),
    ...(counted === '' ? [] : [counted]),
    ...(status.is === 'healthy' ? [] : [renderText(page, `${status.is}: ${status.reason}`)]),
    ...(next === undefined ? [] : [color.dim(next)]),
  ].join('\n')
}

/** The same for a round that does nothing. */
export function renderPlan(page: Page, evaluation: Evaluation, status: OverallStatus): string {
  return renderEvaluation(page, evaluation, status, plannedTexts)
}

const severity: readonly VerdictKind[] = ['failing', 'hung', 'stalled', 'missed', 'misreported', 'unknown', 'healthy']

function urgency({verdict}: JobReport): number {
  return severity.indexOf(verdict.kind)
}

function nextStep([worst]: readonly JobReport[]): string | undefined {
  if (worst?.verdict.status !== 'failing' || worst.job.name === openclawName) return undefined
  return `see its runs: guard history ${worst.job.name}`
}

/** A job of which nothing is known is one of many in new settings, unless OpenClaw cannot be asked. */
function isNotable(report: JobReport): boolean {
  const {verdict, actions, job} = report
  const isQuiet = verdict.kind === 'healthy' || (verdict.kind === 'unknown' && verdict.status === 'unknown')
  return (
    !isQuiet ||
    actions.length > 0 ||
    report.leftTo !== undefined ||
    job.name === openclawName ||
    unusualOf(report).length > 0
  )
}

function countText(reports: readonly JobReport[], shown: readonly JobReport[]): string {
  if (shown.length === reports.length) return ''
  const hidden = reports.filter((report) => !shown.includes(report))
  const unknown = hidden.filter(({verdict}) => verdict.kind === 'unknown').length
  const more = shown.length > 0 ? ' more' : ''
  const healthy = hidden.length - unknown
  const parts = [
    ...(healthy > 0 ? [`${healthy}${more} jobs are healthy`] : []),
    ...(unknown > 0 ? [`${unknown}${healthy > 0 ? '' : more} are unknown`] : []),
  ]
  return `${parts.join(', ')}; --json has each`
}

function rowOf(report: JobReport, texts: typeof actionTexts): Row {
  const {job, verdict, actions, leftTo, facts} = report
  const {kind, reason} = verdict
  const left =
    leftTo === undefined ? [] : [`its incident (${facts.incident?.kind}) is left to the watchdog of ${leftTo}`]
  return {
    cells: [job.name, paint[kind](kind), reason],
    notes: [...actions.map((action) => renderAction(action, texts)), ...left, ...unusualOf(report).map(renderUnusual)],
  }
}

/** Nobody has looked at it now: all that is known is its incident. */
function otherRow({incident, settingsFiles}: Evaluation['others'][number], nowUptimeMs: number): Row {
  const {job, verdict, escalations, openedUptimeMs} = incident
  const open = `open for ${span(nowUptimeMs - openedUptimeMs)}${escalations > 0 ? ', told' : ''}`
  const note =
    settingsFiles.length === 0
      ? 'a job that no settings watch'
      : `not a job of these settings, but of ${settingsFiles.join(', ')}`
  return {cells: [job, paint[verdict](verdict), open], notes: [note]}
}

function unusualOf({jobRuns, facts}: JobReport): readonly UnusualRun[] {
  return unusualRuns(jobRuns, facts)
}

function renderUnusual({is, ms, usualMs, fromMs, toMs}: UnusualRun): string {
  const text =
    is === 'too-often' ? `its last run began ${renderSpan(ms)} after the one before` : `a run of ${renderSpan(ms)}`
  const range = is === 'long' ? `up to ${renderSpan(toMs)}` : `from ${renderSpan(fromMs)}`
  return `${color.bold('unusual')}: ${text}; usual is ${renderSpan(usualMs)}, ${range}`
}

function renderAction(action: IncidentAction, texts: typeof actionTexts): string {
  const text = color.bold(texts[action.do])
  return action.do === 'resolve' ? `${text}: ${action.reason}` : text
}

/** As docs/json.md says. */
export function evaluationToJson({clocks, reports, others}: Evaluation, status: OverallStatus): object {
  return {
    at: iso(clocks.now.at),
    verdict: status.is,
    ...(status.is !== 'healthy' && {reason: status.reason}),
    jobs: reports.map(reportToJson),
    ...(others.length > 0 && {others: others.map(otherToJson)}),
  }
}

function otherToJson({incident, settingsFiles}: Evaluation['others'][number]): object {
  const {job, verdict, level, reason, id, openedAt, escalations} = incident
  return {
    ...{job, verdict, reason},
    incident: {incidentId: id, level, openedAt: iso(openedAt), told: escalations > 0},
    settingsFiles,
  }
}

function reportToJson(report: JobReport): object {
  const {job, verdict, facts, resets, actions, leftTo} = report
  const unusual = unusualOf(report)
  return {
    job: job.name,
    verdict: verdict.kind,
    status: verdict.status,
    ...(verdict.status === 'failing' && {level: verdict.level}),
    evidence: {...evidenceToJson(facts), ...(resets.attempts > 0 && {resets: resetsToJson(resets, facts)})},
    actions: actions.map(actionToJson),
    reason: verdict.reason,
    ...(leftTo !== undefined && {leftTo}),
    ...(unusual.length > 0 && {unusual}),
  }
}

/** The journal has the id of a run as `run`, JSON always as `runId`. */
function actionToJson(action: IncidentAction): object {
  if (action.do !== 'open') return action
  const {run, ...open} = action
  return {...open, ...(run !== undefined && {runId: run})}
}

function evidenceToJson(facts: JobFacts): object {
  const {now, liveness, lastEnd, streak, nextRunInMs, outputs, slot, openclaw, skipped, watchedSinceMs} = facts
  const age = (uptimeMs: number) => Math.max(0, Math.round(now.uptimeMs - uptimeMs))
  return {
    watchedForMs: age(watchedSinceMs),
    calmForMs: age(now.disturbance.uptimeMs),
    liveness: liveness.is === 'never-seen' ? {is: liveness.is} : livenessToJson(liveness, age),
    ...(lastEnd && {lastEnd: lastEndToJson(lastEnd, age)}),
    ...(streak && {streak: {isWell: streak.isWell, count: streak.count, forMs: age(streak.firstEndUptimeMs)}}),
    nextRunInMs,
    ...(skipped && {skipped: {ageMs: age(skipped.uptimeMs), reason: skipped.reason}}),
    outputs: outputs.map(({files, maxAgeMs, newest, future, unreadable}) => ({
      files,
      maxAgeMs,
      unreadable,
      future,
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
    ...(liveness.is === 'expired' && liveness.isDead && {isDead: true}),
  }
}

function lastEndToJson(
  {runId, outcome, detail, uptimeMs, byReboot}: LastEnd,
  age: (uptimeMs: number) => number,
): object {
  return {runId, outcome, detail, agoMs: age(uptimeMs), ...(byReboot && {byReboot})}
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
