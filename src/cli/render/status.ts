import {wrapAnsi} from 'fast-wrap-ansi'
import {
  groupByCause,
  type JobState,
  type JobStatus,
  jobStates,
  needsPerson,
  type StatusGroup,
} from '../../domain/diagnose/job-status.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {arrow, stateSign, strip} from './signs.js'
import {indentedLines, widthOf} from './table.js'
import {clockText, headTime, roundSpan, withLocalTimes} from './times.js'

interface ListOptions {
  /** Lists every job, whatever the height of the terminal. */
  readonly all: boolean
  /** Jobs in trouble for one cause are one entry. */
  readonly grouped: boolean
}

const stripLength = 20

/** `guard status`: a head line, the jobs in trouble with their reasons, then as many of the others as there is room for. */
export function renderStatus(page: Page, jobs: readonly JobStatus[], options: ListOptions): string {
  const groups = options.grouped ? groupByCause(jobs) : jobs.map((job): StatusGroup => [job])
  const widths = widthsOf(page, jobs)
  const entries = groups.map((group) => entryOf(page, group, widths))
  const listed = options.all || !page.isTerminal ? entries : fitting(page, entries, groups)
  const shown = groups.slice(0, listed.length).reduce((sum, group) => sum + group.length, 0)
  const rest = jobs.length - shown
  return [
    headLine(page, jobs),
    ...(rest > 0 ? [countsLine(page, jobs)] : []),
    ...(page.isTerminal ? ['', headings(widths)] : []),
    ...listed.flat(),
    ...(page.isTerminal ? ['', footer(page, jobs, rest)] : []),
  ].join('\n')
}

/** Those in trouble in any case. */
function fitting(page: Page, entries: readonly (readonly string[])[], groups: readonly StatusGroup[]): typeof entries {
  let room = page.height - 7
  return entries.filter((lines, index) => {
    const [status] = groups[index] as StatusGroup
    room -= lines.length
    return room >= 0 || needsPerson(status) || status.state === 'degraded'
  })
}

function headLine(page: Page, jobs: readonly JobStatus[]): string {
  const needing = jobs.filter(needsPerson).length
  const [verb, noun] = [needing === 1 ? 'needs' : 'need', jobs.length === 1 ? 'job' : 'jobs']
  const text =
    needing === 0 ? `none of ${jobs.length} ${noun} needs you` : `${needing} of ${jobs.length} ${noun} ${verb} you`
  const painted = needing === 0 ? color.green(text) : color.bold(color.red(text))
  const time = headTime(page)
  const gap = Math.min(page.width, 80) - text.length - time.length
  return `${painted}${' '.repeat(Math.max(2, gap))}${color.dim(time)}`
}

/** How many there are in each state. */
function countsLine(page: Page, jobs: readonly JobStatus[]): string {
  const counts = new Map<JobState, number>()
  for (const {state} of jobs) counts.set(state, (counts.get(state) ?? 0) + 1)
  return jobStates
    .flatMap((state) => (counts.has(state) ? [`${stateSign(page, state)} ${counts.get(state)} ${state}`] : []))
    .join('  ')
}

function footer(page: Page, jobs: readonly JobStatus[], rest: number): string {
  const legend = `${arrow(page, 'short')} ${arrow(page, 'long')} = shorter, longer than usual`
  const more = rest > 0 ? `${rest} more: guard status --all, or some of them: guard status --state STATE, NAME` : legend
  const troubled = jobs.find(({reason}) => reason !== undefined)
  return color.dim(troubled && rest === 0 ? `guard why JOB tells the story; ${legend}` : more)
}

interface Widths {
  readonly job: number
  readonly last: number
  readonly took: number
}

/** Wide enough for `for 74 s`, `of ~12 min` and `Mon 14:15`. */
const [lastWidth, tookWidth, nextWidth] = [8, 10, 12]

function widthsOf(page: Page, jobs: readonly JobStatus[]): Widths {
  const longest = Math.max(8, ...jobs.map(({job}) => widthOf(job)))
  const room = page.width - 2 - 2 - stripLength - 2 - lastWidth - 2 - tookWidth - 2 - nextWidth
  return {job: page.isTerminal ? Math.min(longest, room) : longest, last: lastWidth, took: tookWidth}
}

function headings({job, last, took}: Widths): string {
  const cells = [
    'JOB'.padEnd(job),
    'LAST 20 RUNS'.padEnd(stripLength),
    'LAST'.padEnd(last),
    'TOOK'.padEnd(took),
    'NEXT',
  ]
  return color.dim(`  ${cells.join('  ')}`)
}

function entryOf(page: Page, group: StatusGroup, widths: Widths): readonly string[] {
  const [first, ...others] = group
  if (others.length === 0) return [...row(page, first, widths), ...reasonLines(page, first)]
  return groupLines(page, group)
}

/** A name that is longer than its column stands on a line of its own. */
function row(page: Page, status: JobStatus, widths: Widths): readonly string[] {
  const {job, state} = status
  const isLong = widthOf(job) > widths.job
  const cells = [
    isLong ? ' '.repeat(widths.job) : job + ' '.repeat(widths.job - widthOf(job)),
    stripOf(page, status),
    lastText(page, status).padEnd(widths.last),
    tookText(page, status).padEnd(widths.took),
    nextText(page, status),
  ]
  const sign = stateSign(page, state)
  const line = cells.join('  ').trimEnd()
  return isLong ? [`${sign} ${job}`, `  ${line}`] : [`${sign} ${line}`]
}

function stripOf(page: Page, {recent, runningSince, verdict}: JobStatus): string {
  const now =
    runningSince !== undefined
      ? (['running'] as const)
      : verdict === 'missed' || verdict === 'stalled'
        ? (['missed'] as const)
        : []
  const outcomes = [...recent, ...now].slice(-stripLength)
  return `${strip(page, outcomes)}${' '.repeat(stripLength - outcomes.length)}`
}

function lastText({nowMs}: Page, {runningSince, lastEndedAt}: JobStatus): string {
  if (runningSince !== undefined) return `for ${roundSpan(Math.max(0, nowMs - runningSince))}`
  return lastEndedAt === undefined ? 'never' : roundSpan(Math.max(0, nowMs - lastEndedAt))
}

function tookText(page: Page, {runningSince, tookMs, envelope, duration}: JobStatus): string {
  if (runningSince !== undefined) return envelope ? `of ~${roundSpan(envelope.usualMs)}` : ''
  if (tookMs === undefined) return ''
  return duration === undefined || duration === 'usual'
    ? roundSpan(tookMs)
    : `${roundSpan(tookMs)} ${arrow(page, duration)}`
}

function nextText(page: Page, {nextAt, silence}: JobStatus): string {
  if (silence) return 'silenced'
  return nextAt === undefined ? '' : clockText(page, nextAt)
}

/** What is wrong, and who was told. */
function reasonLines(page: Page, status: JobStatus): readonly string[] {
  const {reason, state} = status
  if (reason === undefined) return []
  const text = `${state === 'silenced' ? status.verdict : state}: ${reason}${toldText(page, status)}${incidentText(status)}`
  return indentedLines(page, text, 4)
}

export function toldText(page: Page, {told, incident}: JobStatus): string {
  const arrived = told.filter(({hasArrived}) => hasArrived)
  const [one] = arrived
  if (one) return `; ${arrived.map(({channel}) => channel).join(', ')} told ${clockText(page, one.at)}`
  if (told.length > 0) return `; a message to ${told.map(({channel}) => channel).join(', ')} is on its way`
  return incident && incident.escalations > 0 ? `; alert raised ${clockText(page, incident.escalatedAt)}` : ''
}

function incidentText({incident}: JobStatus): string {
  return incident ? ` (incident ${incident.id.slice(0, 6)})` : ''
}

/** The cause, how many, the first, and as many names as there is room for in two lines. */
function groupLines(page: Page, group: StatusGroup): readonly string[] {
  const [first] = group
  const began = group.map(beganAt)
  const firstAt = Math.min(...began)
  const oldest = group[began.indexOf(firstAt)] ?? first
  const since = firstAt === Number.POSITIVE_INFINITY ? '' : `; first ${oldest.job} at ${clockText(page, firstAt)}`
  const cause = first.causeText ?? first.reason
  // The causes are equal, but each text may have numbers of its own.
  const isShared = group.every((one) => (one.causeText ?? one.reason) === cause)
  const jobs = isShared ? `${group.length} jobs` : `${group.length} jobs, such as ${first.job}`
  const head = withLocalTimes(page, `${jobs}: ${cause}${since}`)
  const [line = '', ...more] = page.isTerminal
    ? wrapAnsi(head, page.width - 4, {trim: true, hard: true}).split('\n')
    : [head]
  const names = group.map(({job}) => job)
  const list = page.isTerminal ? namesInTwoLines(page, names) : [names.join(' ')]
  return [
    `${stateSign(page, first.state)} ${line}`,
    ...more.map((text) => `    ${text}`),
    ...list.map((text) => `    ${text}`),
  ]
}

/** The end of the last run says nothing of a job that hangs or is late since. */
function beganAt({incident, verdict, lastEndedAt}: JobStatus): number {
  const failedAt = verdict === 'failing' ? lastEndedAt : undefined
  return incident?.openedAt ?? failedAt ?? Number.POSITIVE_INFINITY
}

function namesInTwoLines(page: Page, names: readonly string[]): readonly string[] {
  const lines = wrapAnsi(names.join(' '), page.width - 4, {trim: true}).split('\n')
  return lines.length <= 2 ? lines : [lines[0] ?? '', 'all by name: guard status --group none']
}

/** The same for `--json`. */
export function statusToJson(status: JobStatus): object {
  const {job, state, verdict, reason, incident, told, recent, silence, envelope, duration, tookMs} = status
  return {
    job,
    state,
    verdict,
    ...(reason !== undefined && {reason}),
    ...(incident && {incident: incidentToJson(incident)}),
    told: told.map(({channel, at, hasArrived}) => ({channel, at: iso(at), arrived: hasArrived})),
    recent,
    ...timeOf('lastEndedAt', status.lastEndedAt),
    ...(tookMs !== undefined && {durationMs: tookMs}),
    ...(envelope && {usual: envelope}),
    ...(duration && {duration}),
    ...timeOf('runningSince', status.runningSince),
    ...timeOf('nextAt', status.nextAt),
    ...(status.schedule !== undefined && {schedule: status.schedule}),
    ...(silence && {silence: {silenceId: silence.id, reason: silence.reason, until: iso(silence.untilMs)}}),
  }
}

function incidentToJson({id, level, openedAt, escalations}: NonNullable<JobStatus['incident']>): object {
  return {incidentId: id, level, openedAt: iso(openedAt), told: escalations > 0}
}

function timeOf(name: string, at: number | undefined): object {
  return at === undefined ? {} : {[name]: iso(at)}
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
