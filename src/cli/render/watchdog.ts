import chalk from 'chalk'
import type {IncidentAction} from '../../domain/incident/decide.js'
import type {PatrolVerdict} from '../../domain/incident/overall-status.js'
import type {ResetCourse} from '../../domain/incident/reset-progress.js'
import type {JobFacts} from '../../domain/watchdog/job-facts.js'
import type {Verdict} from '../../domain/watchdog/verdict.js'
import type {JobReport, Survey} from '../../usecases/watchdog/evaluate-jobs.js'

const paint: Readonly<Record<Verdict, (text: string) => string>> = {
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
export function renderSurvey({reports, leftovers}: Survey): string {
  const shown = reports.length <= mostLines ? reports : reports.filter(isNotable)
  const width = shown.reduce((most, {job}) => Math.max(most, job.name.length), 0)
  const lines = shown.map((report) => renderReport(report, width))
  const left = leftovers.map(({job, reason}) => `${job.padEnd(width)}  incident resolved: ${reason}`)
  const healthy = reports.length - shown.length
  const more = lines.length > 0 ? ' more' : ''
  const counted = healthy === 0 ? [] : [`${healthy}${more} jobs are healthy; --json tells of each`]
  const all = [...lines, ...left, ...counted]
  return all.length === 0 ? 'no job is watched: the settings name none' : all.join('\n')
}

function isNotable({judgement, actions}: JobReport): boolean {
  return judgement.verdict !== 'healthy' || actions.length > 0
}

function renderReport({job, judgement, actions}: JobReport, width: number): string {
  const {verdict, reason} = judgement
  const head = `${job.name.padEnd(width)}  ${paint[verdict](verdict.padEnd(11))}  ${reason}`
  return [head, ...actions.map((action) => `  ${renderAction(action)}`)].join('\n')
}

function renderAction(action: IncidentAction): string {
  const text = chalk.bold(actionTexts[action.do])
  return action.do === 'resolve' ? `${text}: ${action.reason}` : text
}

/** Contract section 6. */
export function surveyToJson({clocks, reports}: Survey, verdict: PatrolVerdict): object {
  return {
    at: iso(clocks.now.at),
    verdict,
    jobs: reports.map(({job, judgement, facts, resets, actions}) => ({
      job: job.name,
      verdict: judgement.verdict,
      certainty: judgement.calls,
      evidence: {...evidenceToJson(facts), ...(resets.attempts > 0 && {resets: resetsToJson(resets, facts)})},
      actions,
      reason: judgement.reason,
    })),
  }
}

function evidenceToJson(facts: JobFacts): object {
  const {now, life, outputs, slot, openclaw, skipped, watchedAwake} = facts
  const age = (awake: number) => Math.max(0, Math.round(now.awake - awake))
  return {
    watchedForMs: age(watchedAwake),
    calmForMs: age(now.calmAwake),
    life: life.is === 'none' ? {is: life.is} : lifeToJson(life, age),
    ...(skipped && {skipped: {ageMs: age(skipped.awake), reason: skipped.reason}}),
    outputs: outputs.map(({files, maxAgeMs, newest, unreadable}) => ({
      files,
      maxAgeMs,
      unreadable,
      newest: newest && {
        path: newest.path,
        ageMs: age(newest.modifiedAwake),
        size: newest.size,
        problem: newest.problem,
      },
    })),
    ...(slot && {slot: {at: iso(slot.at), is: slot.due.is}}),
    ...(openclaw && {openclaw: {state: openclaw.state, remedy: openclaw.remedy, reason: openclaw.reason}}),
  }
}

/** Of the open incident. */
function resetsToJson({attempts, failed, last, lastAwake, detail}: ResetCourse, {now}: JobFacts): object {
  return {requested: attempts, failed, last, ageMs: Math.max(0, Math.round(now.awake - lastAwake)), detail}
}

function lifeToJson(life: Exclude<JobFacts['life'], {readonly is: 'none'}>, age: (awake: number) => number): object {
  return {
    is: life.is,
    startedAgoMs: age(life.startedAwake),
    seenAgoMs: age(life.seenAwake),
    ...(life.is === 'ended' && life.trouble !== undefined && {trouble: life.trouble}),
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
