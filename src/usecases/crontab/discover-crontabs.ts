import {type CronKind, cronNames} from '../../domain/crontab/cron-kind.js'
import {uniqueNames} from '../../domain/crontab/job-names.js'
import {type CrontabLine, type JobView, parseCrontab} from '../../domain/crontab/line.js'
import type {LineFiles} from '../../domain/crontab/start-problem.js'
import {type LineState, type SurveyedLine, surveyCrontab} from '../../domain/crontab/survey.js'
import {firstVariables} from '../../domain/crontab/variables.js'
import {callsGuard, type GuardCall, type LineJobs, nameOfCall, wrappingOf} from '../../domain/crontab/wrap.js'
import {jobNameOfFile} from '../../domain/job/job-name.js'
import type {InstalledCron} from '../../system/crontab/installed-cron.js'
import type {PeriodicJobs} from '../../system/crontab/periodic.js'
import type {Crontab, FoundCrontabs} from '../../system/crontab/read-crontabs.js'

export interface DiscoverDeps {
  readonly cron: InstalledCron
  readonly readCrontabs: () => FoundCrontabs
  readonly readCrontabFile: (path: string) => Crontab
  readonly readPeriodicJobs: () => PeriodicJobs
  /** As `guardProgram` of `system/crontab`. */
  readonly guardProgram: GuardCall['program']
  readonly userName: string
  /** What lines of this user would find. */
  readonly files: LineFiles
  /** As `isUserName` of `system/host`. */
  readonly isUser: (name: string) => boolean
  /** The jobs of the settings. */
  readonly jobs: LineJobs
  /** Whether a job of the settings has a script or command of its own: no other command gets its name. */
  readonly hasCommand: (job: string) => boolean
}

/** Where to look, and how lines are to call guard. */
export interface CrontabScope {
  /** Only this file; undefined for the crontabs of the user and the system. */
  readonly file: string | undefined
  /** Flags for the lines, such as ` --state-dir DIR`; those that are only looked at need none. */
  readonly flags?: GuardCall['flags']
  /** The name that a person gives to the job of one line of the user's crontab, or of `file`. */
  readonly named?: {readonly line: number; readonly job: string}
}

/** The flag by which a command of guard means this file, with a blank before it. */
export function flagOfFile(file: string | undefined): string {
  return file === undefined ? '' : ` --file ${file}`
}

export interface SurveyedCrontab {
  readonly crontab: Crontab
  readonly parsed: readonly CrontabLine[]
  readonly lines: readonly SurveyedLine[]
}

export interface Discovery extends Pick<FoundCrontabs, 'unreadable'> {
  readonly cron: {readonly kind: CronKind; readonly name: string}
  readonly userName: string
  /** The one file that was asked for; undefined for all crontabs. */
  readonly file: string | undefined
  readonly crontabs: readonly SurveyedCrontab[]
  readonly periodic: PeriodicJobs
  /** Of the jobs and of what is wrong. */
  readonly counts: Readonly<Record<Exclude<LineState, 'noted'>, number>> & {readonly lines: number}
}

/** What the crontabs have: each job, whether guard runs it or could, and what is wrong by the rules of the cron that is here. */
export function discoverCrontabs(deps: DiscoverDeps, scope: CrontabScope): Discovery {
  const {kind} = deps.cron
  const found =
    scope.file === undefined ? deps.readCrontabs() : {crontabs: [deps.readCrontabFile(scope.file)], unreadable: []}
  const parsed = found.crontabs.map((crontab) => ({crontab, parsed: parseCrontab(crontab.bytes, crontab.hasUsers)}))
  const taken = parsed.flatMap((one) => takenNames(kind, one.parsed))
  const unique = uniqueNames(taken, deps.hasCommand)
  const crontabs = parsed.map((one) => ({...one, lines: survey(deps, scope, {...one, unique})}))
  const none = {folders: [], anacron: []}
  return {
    cron: {kind, name: cronNames[kind]},
    userName: deps.userName,
    file: scope.file,
    crontabs,
    unreadable: found.unreadable,
    periodic: scope.file === undefined ? deps.readPeriodicJobs() : none,
    counts: count(crontabs.flatMap(({lines}) => lines)),
  }
}

const noFlags = () => ''
/** Another user's settings are not known here. */
const noJobs: LineJobs = {hasJob: () => false, jobOfFile: () => undefined}

interface ToSurvey {
  readonly crontab: Crontab
  readonly parsed: readonly CrontabLine[]
  readonly unique: (name: string) => string
}

function survey(deps: DiscoverDeps, {file, flags = noFlags, named}: CrontabScope, {crontab, parsed, unique}: ToSurvey) {
  if (crontab.ignored !== undefined) return []
  const {path} = crontab
  const isOwn = (user: string | undefined) => user === undefined || user === deps.userName
  const isNamed = named !== undefined && (path === undefined || path === file)
  return surveyCrontab(parsed, {
    kind: deps.cron.kind,
    // Another user's runs have another state directory.
    callOf: (user) => ({program: deps.guardProgram, flags: isOwn(user) ? flags : noFlags}),
    jobsOf: (user) => (isOwn(user) ? deps.jobs : noJobs),
    isUser: deps.isUser,
    filesOf: (user) => (isOwn(user) ? deps.files : {...deps.files, home: undefined}),
    unique,
    fallbackName: (path?.startsWith('/etc/cron.d/') && jobNameOfFile(path)) || 'job',
    given: new Map(isNamed ? [[named.line, named.job]] : []),
    unchanged: crontab.unchanged,
  })
}

function takenNames(kind: CronKind, lines: readonly CrontabLine[]): readonly string[] {
  return lines.flatMap(({view}) => (view.kind === 'job' && calledName(kind, view)) || [])
}

/** The name of the job of a line, as far as guard alone is asked. @returns undefined if it does not call guard */
export function calledName(kind: CronKind, view: JobView): string | undefined {
  const wrapping = callsGuard(view.command) ? wrappingOf(kind, view) : undefined
  return wrapping?.kind === 'wrapped' ? nameOfCall(wrapping.call, noJobs, firstVariables) : undefined
}

function count(lines: readonly SurveyedLine[]): Discovery['counts'] {
  const of = (state: LineState) => lines.filter((line) => line.state === state).length
  const counts = {wrapped: of('wrapped'), wrappable: of('wrappable'), left: of('left'), wrong: of('wrong')}
  return {lines: Object.values(counts).reduce((sum, each) => sum + each), ...counts}
}
