import {matchesPattern} from '../domain/delivery/route.js'
import type {JobState, JobStatus} from '../domain/diagnose/job-status.js'
import type {OverallStatus} from '../domain/incident/overall-status.js'
import {jobNames} from '../domain/settings/settings.js'
import {inOneLine} from '../domain/settings/wrong.js'
import {GuardError} from '../errors.js'
import {onSignals} from '../system/process/own-signals.js'
import {type JobPage, jobPage} from '../usecases/diagnose/job-page.js'
import {jobStatuses} from '../usecases/diagnose/job-statuses.js'
import type {Call} from './command/definition.js'
import type {Guard} from './guard.js'
import {healthExitCodes} from './output/exit-codes.js'
import {jsonLine, onReaderGone, writeOut} from './output/stdout.js'
import {isTerminal} from './output/terminal.js'
import {jobPageToJson, renderJobPage} from './render/job-page.js'
import {cutToScreen} from './render/page.js'
import {renderStatus, statusToJson} from './render/status.js'
import {wireJobPage, wireStatus} from './wire/diagnose/status.js'
import {namedJob} from './wire/named-job.js'
import {schedulerFacts} from './wire/scheduler/scheduler-facts.js'
import {roundPlan} from './wire/watchdog.js'

interface StatusRequest extends Pick<Call, 'json' | 'show' | 'print' | 'openGuard'> {
  readonly patterns: readonly string[]
  readonly all?: boolean | undefined
  readonly state?: JobState | undefined
  readonly group: 'cause' | 'none'
}

/** Prints the list, or the page of the one job that is named. @returns the object for `--json`, else nothing */
export async function showStatus(request: StatusRequest): Promise<object | undefined> {
  const guard = await request.openGuard()
  const [only, ...others] = request.patterns
  if (only !== undefined && others.length === 0 && !only.includes('*')) return showJob(guard, request, only)
  return showList(guard, request)
}

async function showJob(guard: Guard, request: StatusRequest, name: string): Promise<object | undefined> {
  const job = namedJob(guard, name)
  const page = await jobPage(wireJobPage(guard, job), roundPlan(guard), job)
  report(guard, request, page.overall)
  request.show(renderJobPage, page)
  return request.json ? jobPageJson(guard, page) : undefined
}

/** The page of a job for `--json`. */
export function jobPageJson(guard: Guard, page: JobPage): object {
  return {...jobPageToJson(page), ...settingsProblem(guard)}
}

async function showList(guard: Guard, request: StatusRequest): Promise<object | undefined> {
  const {patterns, show, print, state} = request
  const isAsked = (job: string) => patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, job))
  const {at, jobs, overall} = await jobStatuses(wireStatus(guard), roundPlan(guard), isAsked)
  if (jobs.length === 0 && patterns.length > 0)
    throw new GuardError('usage', `no job is called ${patterns.join(' or ')}`, ['see all of them: guard status'])
  const is = report(guard, request, overall)
  const shown = state === undefined ? jobs : jobs.filter((job) => job.state === state)
  if (shown.length === 0) print(noJobs(jobs, request))
  else show(renderStatus, shown, {all: request.all === true || state !== undefined, grouped: request.group === 'cause'})
  const scheduler = await schedulerFacts(guard)
  if (['dead', 'late', 'stopped'].includes(scheduler.is)) print(`${scheduler.text}; see guard scheduler status`)
  return request.json ? jobListJson(guard, {at, jobs: shown, is, scheduler: scheduler.is}) : undefined
}

interface JobList {
  readonly at: number
  readonly jobs: readonly JobStatus[]
  readonly is: OverallStatus['is']
  readonly scheduler: Awaited<ReturnType<typeof schedulerFacts>>['is']
}

/** The list of jobs for `--json`. */
export function jobListJson(guard: Guard, {at, jobs, is, scheduler}: JobList): object {
  return {
    at: new Date(at).toISOString(),
    status: is,
    ...settingsProblem(guard),
    ...(scheduler !== 'never-used' && {scheduler}),
    jobs: jobs.map(statusToJson),
  }
}

/**
 * Sets the exit code. Settings that cannot be read are said: jobs may stand there that nothing is known of, and the place of
 * the journals too.
 */
function report(guard: Guard, {print}: StatusRequest, overall: OverallStatus): OverallStatus['is'] {
  const refusal = guard.settings.wrong?.refusal
  const is = statusWith(guard, overall)
  process.exitCode = healthExitCodes[is]
  if (refusal !== undefined) print(`the settings ${refusedText(guard)}: ${inOneLine(refusal)}`)
  return is
}

/** A value that no job can do without may be wrong while the jobs, and where their journals are, are known. */
function refusedText({settings}: Guard): string {
  const isKnown = jobNames(settings).length > 0 && !settings.wrong?.parts.includes('stateDir')
  return isKnown ? 'are wrong' : 'cannot be used, so what they name is not shown'
}

/** The status of all jobs; settings that cannot be read are at least degraded. */
export function statusWith({settings}: Guard, {is}: OverallStatus): OverallStatus['is'] {
  return settings.wrong?.refusal !== undefined && is === 'healthy' ? 'degraded' : is
}

function settingsProblem({settings}: Guard): object {
  return settings.wrong?.refusal === undefined ? {} : {settingsProblem: settings.wrong.refusal}
}

function noJobs(jobs: readonly JobStatus[], {state}: StatusRequest): string {
  if (state !== undefined && jobs.length > 0) return `no job is ${state}`
  return 'no job is known yet: run one with guard run SCRIPT, or name jobs in the settings'
}

const clearScreen = '\u001b[H\u001b[J'

/** Shows it again and again: in place on a terminal, else one after the other; ends with INT or TERM. */
export async function watchStatus(request: StatusRequest, everyMs: number): Promise<undefined> {
  const stop = new AbortController()
  onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => stop.abort())
  onReaderGone(() => stop.abort())
  const isRedrawn = !request.json && isTerminal('stdout')
  for (;;) {
    const guard = await request.openGuard()
    if (isRedrawn) writeOut(clearScreen)
    const show: Call['show'] = (render, ...data) =>
      request.show((page, ...shown: typeof data) => cutToScreen(page, render(page, ...shown)), ...data)
    const json = await showStatus({...request, ...(isRedrawn && {show}), openGuard: async () => guard})
    if (json) writeOut(jsonLine(json))
    if (stop.signal.aborted) return undefined
    await guard.clock.sleep(everyMs, stop.signal)
    if (stop.signal.aborted) return undefined
  }
}
