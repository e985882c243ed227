import {breakerState} from '../../domain/breaker/breaker.js'
import {formatDuration} from '../../domain/clock/duration.js'
import type {OutputStatus} from '../../domain/diagnose/job-status.js'
import {judgeDuration} from '../../domain/run/envelope.js'
import {orphanText} from '../../domain/run/interrupted-run.js'
import type {JobPage} from '../../usecases/diagnose/job-page.js'
import {breakerToJson} from './breaker.js'
import {budgetToJson} from './budget.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {runToJson} from './run.js'
import {stateSign, strip} from './signs.js'
import {statusToJson, toldText} from './status.js'
import {cutLine, indentedLines} from './table.js'
import {clockText, roundSpan} from './times.js'

const nameWidth = 10

/** `guard status JOB`: the state first, then a line for each fact, the last output, and what to type next. */
export function renderJobPage(page: Page, job: JobPage): string {
  const facts = factsOf(page, job).filter(([, text]) => text !== '')
  return [
    titleLine(page, job),
    ...reasonLines(page, job),
    '',
    ...facts.flatMap(([name, text]) => factLines(page, name, text)),
    ...outputLines(page, job),
    '',
    color.dim(`Next:  ${nextCommands(job).join(page.isUnicode ? ' · ' : ', ')}`),
  ].join('\n')
}

function titleLine(page: Page, {status, run}: JobPage): string {
  const {job, state, runningSince} = status
  // The last run may be one that does not count.
  const lastEndedAt = Math.max(status.lastEndedAt ?? 0, run?.endedAt ?? 0) || undefined
  const when =
    runningSince !== undefined
      ? ` for ${roundSpan(Math.max(0, page.nowMs - runningSince))}`
      : lastEndedAt === undefined
        ? ''
        : `, last run ${roundSpan(Math.max(0, page.nowMs - lastEndedAt))} ago`
  const text = `${state}${when}`
  const gap = Math.min(page.width, 80) - job.length - text.length - 2
  return `${color.bold(job)}${' '.repeat(Math.max(2, gap))}${stateSign(page, state)} ${text}`
}

function reasonLines(page: Page, {status}: JobPage): readonly string[] {
  if (status.reason === undefined) return []
  return ['', ...indentedLines(page, status.reason, 2)]
}

function factsOf(page: Page, job: JobPage): readonly (readonly [string, string])[] {
  const {status, settings} = job
  return [
    ['Schedule', scheduleText(page, job)],
    ['Started by', job.starters.join(' ')],
    ['Outcomes', outcomesText(page, job)],
    ['Durations', durationsText(page, job)],
    ['Last run', lastRunText(job)],
    ['Lease', leaseText(page, job)],
    ['Breaker', breakerText(page, job)],
    ['Budget', budgetText(page, job)],
    ['Incident', incidentText(page, job)],
    ['Silence', status.silence ? `until ${clockText(page, status.silence.untilMs)}: ${status.silence.reason}` : ''],
    ...status.outputs.map((output) => ['Output', outputText(output)] as const),
    ['Runs', settings?.script ?? settings?.command?.join(' ') ?? ''],
  ]
}

function scheduleText(page: Page, {status, settings}: JobPage): string {
  if (!settings) return 'not known, because its settings are wrong: guard config check'
  const {schedule, timezone} = settings
  if (schedule === undefined) return 'none: what starts it is not known to guard'
  const next = status.nextAt
  const due = next === undefined ? 'never due' : `next ${clockText(page, next)} (in ${roundSpan(next - page.nowMs)})`
  return `${schedule}, ${timezone ?? 'local time'}; ${due}`
}

function outcomesText(page: Page, {status: {recent, cutShort}}: JobPage): string {
  if (recent.length + cutShort === 0) return 'no run has ended yet'
  const ended = recent.filter((outcome) => outcome !== 'skipped')
  const well = ended.filter((outcome) => outcome === 'healthy').length
  const skipped = recent.length - ended.length
  const counts = [
    ended.length === 0
      ? 'no run that counts has ended yet'
      : `${well} of ${ended.length} ${ended.length === 1 ? 'run' : 'runs'} healthy`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(cutShort === 0 ? [] : [`${cutShort} cut short`]),
  ]
  return [...(recent.length === 0 ? [] : [strip(page, recent)]), counts.join(', ')].join('  ')
}

const levels = {unicode: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], ascii: ['_', '.', '-', '=', '+', '*', '#', '@']}

/** How long the good runs took, oldest first. */
function durationsText(page: Page, {goodTimes}: JobPage): string {
  if (goodTimes.length < 2) return ''
  const [shortest, longest] = [Math.min(...goodTimes), Math.max(...goodTimes)]
  const bars = page.isUnicode ? levels.unicode : levels.ascii
  const share = (ms: number) => (longest === shortest ? 0.5 : (ms - shortest) / (longest - shortest))
  const line = goodTimes.map((ms) => bars[Math.round(share(ms) * (bars.length - 1))]).join('')
  return `${line}  ${roundSpan(shortest)} to ${roundSpan(longest)}`
}

const durationTexts = {usual: 'as usual', short: 'shorter than usual', long: 'longer than usual'}

function lastRunText({run, status}: JobPage): string {
  if (!run) return 'none yet'
  const {envelope} = status
  const {durationMs} = run
  const took = durationMs === undefined ? '' : roundSpan(durationMs)
  const usual =
    envelope && durationMs !== undefined
      ? `${durationTexts[judgeDuration(durationMs, envelope)]} (${roundSpan(envelope.fromMs)} to ${roundSpan(envelope.toMs)})`
      : ''
  const exit = run.exitCode === undefined ? (run.signal ?? '') : `exit ${run.exitCode}`
  const attempts = run.attempts > 1 ? `${run.attempts} attempts` : ''
  return [run.outcome ?? 'goes on', exit, took, usual, attempts].filter(Boolean).join(', ')
}

function leaseText(page: Page, {lease, orphan, fleetLease, status: {job}}: JobPage): string {
  if (fleetLease !== undefined) return `${sightText(page, fleetLease)}; for now: guard lease show ${job}`
  if (!lease) return ''
  const until = clockText(page, Date.parse(lease.expiresAt))
  if (lease.state === 'released') return `free; token ${lease.token} was given back`
  if (lease.abandoned) return `free: its holder, with token ${lease.token}, is gone`
  const state = lease.state === 'held' ? `held, token ${lease.token}, until` : `token ${lease.token}, expired at`
  return `${state} ${until}${orphan ? `; its guard is gone, its job goes on${orphanText(orphan)}` : ''}`
}

function sightText(page: Page, sight: NonNullable<JobPage['fleetLease']>): string {
  if (sight === 'unseen') return 'of the fleet, not asked for yet'
  if (sight === 'unanswered') return 'of the fleet; asked for, but no answer yet'
  const {is, by = 'this host', token, at} = sight
  return `of the fleet, ${sightTexts[is](by)} at ${clockText(page, at)} (token ${token})`
}

const sightTexts = {
  granted: () => 'given to this host',
  released: () => 'given back by this host',
  lost: () => 'lost by this host',
  held: (by: string) => `held by ${by}`,
  done: (by: string) => `had for its slot by ${by}, as seen`,
} as const

function breakerText(page: Page, {breaker, now}: JobPage): string {
  if (!breaker) return ''
  const {target, state} = breaker
  if (!state) return `${target} closed`
  const {retryAt, reason, failuresInRow} = breakerToJson(state, now)
  const is = breakerState(state, now)
  const why = reason?.slice(`${target} is ${is}`.length) ?? ''
  const isLater = retryAt !== undefined && Date.parse(retryAt) > page.nowMs
  const until = isLater ? `, tried again at ${clockText(page, Date.parse(retryAt))}` : ''
  return `${target} ${is}, ${failuresInRow} failures in a row${why}${until}`
}

function budgetText(page: Page, {budgets}: JobPage): string {
  return budgets
    .map(({class: name, left, allowed, perMs, until}) => {
      const back = until === undefined ? '' : `; one more from ${clockText(page, until)}`
      return `${left} of ${allowed} recoveries in ${formatDuration(perMs)} left${name === undefined ? '' : ` for ${name}`}${back}`
    })
    .join('; ')
}

function incidentText(page: Page, {status}: JobPage): string {
  const {incident} = status
  if (!incident) return ''
  return `${incident.id.slice(0, 6)} ${incident.level} since ${clockText(page, incident.openedAt)}${incident.isFlapping ? ', it flaps' : ''}${toldText(page, status)}`
}

function outputText({files, maxAgeMs, ageMs, problem}: OutputStatus): string {
  const age = ageMs === undefined ? 'no file' : `${roundSpan(Math.max(0, ageMs))} old`
  const most = maxAgeMs === undefined ? '' : `, may be ${roundSpan(maxAgeMs)}`
  return `${files}, ${age}${most}${problem === undefined ? '' : `: ${problem}`}`
}

function factLines(page: Page, name: string, text: string): readonly string[] {
  const [first = '', ...rest] = indentedLines(page, text, nameWidth + 3)
  return [`  ${name.padEnd(nameWidth)} ${first.trimStart()}`, ...rest]
}

function outputLines(page: Page, {status, lastLines}: JobPage): readonly string[] {
  if (lastLines.length === 0) return []
  const bar = page.isUnicode ? '│' : '|'
  const room = page.isTerminal ? page.width - 4 : Number.POSITIVE_INFINITY
  return [
    '',
    `Last lines of its output (guard logs ${status.job})`,
    ...lastLines.map((line) => `  ${bar} ${cutLine(page, line, room)}`),
  ]
}

/** A job that has never run has neither history nor logs. */
function nextCommands({status, run}: JobPage): readonly string[] {
  const {job, incident, reason, runningSince} = status
  const logs = run?.log ? [`guard logs ${job}${runningSince === undefined ? '' : ' --follow'}`] : []
  if (!run) return [`guard why ${job}`, `guard doctor --job ${job}`]
  if (incident || reason !== undefined) return [`guard why ${job}`, ...logs]
  return runningSince === undefined ? [`guard history ${job}`, ...logs] : [...logs, `guard history ${job}`]
}

/** The same for `--json`. */
export function jobPageToJson({
  status,
  settings,
  run,
  lease,
  fleetLease,
  breaker,
  budgets,
  now,
  goodTimes,
  starters,
  lastLines,
}: JobPage): object {
  const {schedule, timezone} = settings ?? {}
  return {
    ...statusToJson(status),
    ...(schedule !== undefined && {schedule, timezone: timezone ?? null}),
    ...(run && {lastRun: runToJson(run)}),
    ...(fleetLease === undefined ? lease && {lease} : {fleetLease: sightToJson(fleetLease, lease)}),
    ...(breaker && {
      breaker: breaker.state ? breakerToJson(breaker.state, now) : {target: breaker.target, state: 'closed'},
    }),
    budgets: budgets.map(budgetToJson),
    goodDurationsMs: goodTimes,
    outputs: status.outputs,
    starters,
    lastLines,
  }
}

function sightToJson(sight: NonNullable<JobPage['fleetLease']>, lease: JobPage['lease']): object {
  if (typeof sight === 'string') return {state: sight}
  const {is, by, token, at} = sight
  const process = lease?.state === 'held' && lease.jobPid !== undefined && {jobPid: lease.jobPid}
  return {state: is, ...(by !== undefined && {host: by}), token, at: new Date(at).toISOString(), ...process}
}
