import {cronNames} from '../../domain/crontab/cron-kind.js'
import {judgeLine} from '../../domain/crontab/judge-line.js'
import {parseCrontab, readable} from '../../domain/crontab/line.js'
import {commentedCall, type KeptLine, withEdits, withoutEdits} from '../../domain/crontab/marks.js'
import type {LineState, SurveyedLine} from '../../domain/crontab/survey.js'
import {type CronVariables, lastVariables} from '../../domain/crontab/variables.js'
import {matchesPattern} from '../../domain/delivery/route.js'
import {GuardError} from '../../errors.js'
import type {Crontab} from '../../system/crontab/read-crontabs.js'
import type {CrontabChange} from '../../system/crontab/write-crontab.js'
import {
  type CrontabScope,
  calledName,
  type DiscoverDeps,
  type Discovery,
  discoverCrontabs,
  flagOfFile,
  type SurveyedCrontab,
} from './discover-crontabs.js'
import {installCommand} from './job-starters.js'

/** A change of one crontab, not yet written. */
export interface PlannedChange extends CrontabChange {
  readonly lines: readonly ChangedLine[]
  /** Only the newline at the end is missing, or is missing too. */
  readonly endsLastLine: boolean
  /** Lines that were changed by hand since, and stay. */
  readonly kept: readonly KeptLine[]
}

interface ChangedLine {
  /** In the crontab as it is, beginning with 1; undefined for a line that is added at the end. */
  readonly number: number | undefined
  readonly job: string | undefined
  /** Undefined for a line that is added. */
  readonly before: string | undefined
  /** Undefined for a line that is taken away. */
  readonly after: string | undefined
  readonly hints: readonly string[]
}

/** A line to add, for a job of the settings or for the watchdog. */
export interface AddedLine {
  readonly name: string
  /** The words behind guard, below these variables. */
  readonly words: (variables: CronVariables) => string
  readonly schedule: string
}

interface InstallRequest extends CrontabScope {
  /** The crontabs of the system too. */
  readonly all: boolean
  /** Only this line of the user's crontab, or of `file`. */
  readonly line: number | undefined
  /** Only jobs with such a name; `*` stands for any characters. */
  readonly pattern: string | undefined
  /** Lines to add to the user's crontab, or to `file`, unless one with the same name is in a crontab. */
  readonly added: readonly AddedLine[]
  /** Lines are wrapped; else only those of `added` are written. */
  readonly wraps: boolean
}

export interface PlannedChanges extends Pick<Discovery, 'unreadable'> {
  readonly changes: readonly PlannedChange[]
  /** Crontabs with lines that would change, if guard could change the file. */
  readonly left: readonly {readonly title: string; readonly reason: string}[]
}

/**
 * What `install` would write. Throws GuardError `usage` for a line that cannot be wrapped, `config` for one to be
 * added that cron would not run, `io` if the crontab that the change is for cannot be read.
 */
export function planInstall(deps: DiscoverDeps, request: InstallRequest): PlannedChanges {
  const {crontabs, unreadable} = targets(deps, request)
  const known = crontabs.flatMap(({lines}) => lines.flatMap(({state, job}) => (state === 'wrapped' ? [job] : [])))
  const added = request.added.filter(({name}) => !known.includes(name))
  if (!request.wraps) for (const {name} of added) requireUnstarted(crontabs, name)
  if (request.line !== undefined) requireLine(crontabs.find(isTarget(request)), request.line, request.file)
  const plans = crontabs.filter(isTarget(request)).map((surveyed) => {
    const takesAdded = surveyed.crontab.path === request.file
    return planOne(deps, request, surveyed, takesAdded ? added : [])
  })
  const left = request.wraps ? leftBy(request, crontabs, 'left') : []
  return {changes: plans.filter(({after, crontab}) => after !== crontab.bytes), unreadable, left}
}

/** What `remove` would write: the former lines of all jobs, or of those that match. Throws as `planInstall`. */
export function planRemove(
  deps: DiscoverDeps,
  request: Pick<InstallRequest, 'file' | 'all' | 'pattern'>,
): PlannedChanges {
  const {crontabs, unreadable} = targets(deps, request)
  const {pattern} = request
  const plans = crontabs.filter(isTarget(request)).map(({crontab, parsed, lines}) => {
    const jobs = new Map(lines.map(({number, job}) => [number, job]))
    const isWanted = (number: number) => {
      const commented = parsed.slice(number - 1, number).map(commentedCall)[0]
      const job = jobs.get(number) ?? (commented && calledName(deps.cron.kind, commented))
      return matchesPattern(pattern ?? '*', job ?? '')
    }
    const {text, restored, kept} = withoutEdits(parsed, pattern === undefined ? undefined : isWanted)
    const changed = restored.map(({number, now, former}) => ({
      number,
      job: jobs.get(number),
      before: readable(now),
      after: former === undefined ? undefined : readable(former),
      hints: [],
    }))
    return {crontab, after: text, lines: changed, endsLastLine: false, kept}
  })
  const changes = plans.filter(({after, crontab, kept}) => after !== crontab.bytes || kept.length > 0)
  return {changes, unreadable, left: leftBy(request, crontabs, 'wrapped')}
}

/** Without the user's own crontab, only the others can be changed. */
function targets(deps: DiscoverDeps, request: CrontabScope & Pick<InstallRequest, 'all'>): Discovery {
  const discovery = discoverCrontabs(deps, request)
  const {title, unchanged} = discovery.crontabs.find(({crontab: {path}}) => path === request.file)?.crontab ?? {}
  if (unchanged !== undefined) throw new GuardError('usage', `${title} cannot be changed: ${unchanged}`)
  const [failed] = discovery.unreadable
  if (failed && !request.all && !discovery.crontabs.some(isTarget(request))) {
    throw new GuardError('io', `${failed.title} cannot be read: ${failed.reason}`)
  }
  return discovery
}

function isTarget({file, all}: Pick<InstallRequest, 'file' | 'all'>) {
  return ({crontab: {path, ignored, unchanged}}: {readonly crontab: Crontab}) =>
    file !== undefined || (ignored === undefined && unchanged === undefined && (all || path === undefined))
}

/** The crontabs that are not changed, though a line in such a state would be. */
function leftBy(
  {all, pattern = '*'}: Pick<InstallRequest, 'all' | 'pattern'>,
  crontabs: readonly SurveyedCrontab[],
  state: LineState,
): PlannedChanges['left'] {
  return crontabs.flatMap(({crontab: {title, unchanged}, lines}) => {
    const isLeft = lines.some(
      (line) => line.state === state && line.job !== undefined && matchesPattern(pattern, line.job),
    )
    return all && unchanged !== undefined && isLeft ? [{title, reason: unchanged}] : []
  })
}

function planOne(
  deps: DiscoverDeps,
  {pattern, line, wraps}: InstallRequest,
  {crontab, parsed, lines}: SurveyedCrontab,
  added: readonly AddedLine[],
): PlannedChange {
  const isWanted = ({number, job, wrapped}: SurveyedLine) =>
    wraps &&
    wrapped !== undefined &&
    (line === undefined || number === line) &&
    (pattern === undefined || matchesPattern(pattern, job ?? ''))
  const wanted = lines.filter(isWanted)
  const contents = contentsOf(deps, {crontab, parsed}, added)
  const replaced = new Map(wanted.map(({number, wrapped = ''}) => [number - 1, wrapped]))
  const after = withEdits(parsed, {replaced, added: contents})
  return {
    crontab,
    after,
    lines: [
      ...wanted.map(({number, job, text, wrapped = '', hints}) => ({
        number,
        job,
        before: text,
        after: readable(wrapped),
        hints,
      })),
      ...contents.map(({name, content}) => ({
        number: undefined,
        job: name,
        before: undefined,
        after: readable(content),
        hints: [],
      })),
    ],
    endsLastLine: crontab.bytes !== '' && !crontab.bytes.endsWith('\n') && after.endsWith('\n'),
    kept: [],
  }
}

/** The lines to add to a crontab. */
function contentsOf(
  {cron, userName, guardProgram}: DiscoverDeps,
  {crontab: {hasUsers}, parsed}: Pick<SurveyedCrontab, 'crontab' | 'parsed'>,
  added: readonly AddedLine[],
) {
  const variables = lastVariables(parsed)
  const start = `${hasUsers ? `${userName} ` : ''}${guardProgram(variables['PATH'])}`
  return added.map(({name, words, schedule}) => {
    const content = `${schedule} ${start} ${words(variables)}`
    const {wrong} = parseCrontab(content, hasUsers).map((line) => judgeLine(cron.kind, line))[0] ?? {}
    if (wrong !== undefined) {
      throw new GuardError('config', `${cronNames[cron.kind]} would not run the line of ${name}: ${wrong}`)
    }
    return {name, content}
  })
}

function requireLine(surveyed: SurveyedCrontab | undefined, number: number, file: string | undefined): void {
  const line = surveyed?.lines.find((one) => one.number === number)
  if (line?.wrapped !== undefined || line?.state === 'wrapped') return
  const why = line?.reason ?? 'it has no job'
  throw new GuardError('usage', `line ${number} cannot be wrapped: ${why}`, [
    `guard crontab discover${flagOfFile(file)} shows the lines`,
  ])
}

/** Beside a line that runs the job without guard, one more would run it twice. */
function requireUnstarted(crontabs: readonly SurveyedCrontab[], job: string): void {
  for (const {crontab, lines} of crontabs) {
    const line = lines.find((one) => (one.state === 'wrappable' || one.state === 'left') && one.job === job)
    if (!line) continue
    const how = line.state === 'left' ? ` by hand: ${line.reason}` : `: ${installCommand(crontab, job)}`
    throw new GuardError('usage', `line ${line.number} of ${crontab.title} runs ${job} already, without guard`, [
      `put guard before it${how}`,
    ])
  }
}
