import {type OverallStatus, overallStatus} from '../domain/incident/overall-status.js'
import {GuardError} from '../errors.js'
import {alertStream, incidentStream, resetRequestStream, resetResultStream} from '../journal/failure-streams.js'
import {callAfter} from '../system/host/clock.js'
import {readBootId, readHostName} from '../system/host/host.js'
import {type Holder, livingProcessOf} from '../system/process/holder-liveness.js'
import {holdLease} from '../usecases/lease/hold-lease.js'
import type {LeaseDeps} from '../usecases/lease/lease.js'
import {reconcileInterrupted} from '../usecases/run/reconcile-interrupted.js'
import {type Evaluation, evaluateJobs} from '../usecases/watchdog/evaluate-jobs.js'
import {watchdogRound} from '../usecases/watchdog/watchdog-round.js'
import type {Guard} from './guard.js'
import {printWarning} from './stderr.js'
import {ownLease, roundPlan, wireWatchdog} from './wire/watchdog.js'

interface WatchdogOptions {
  /** Between two rounds; undefined for one round. */
  readonly watchMs: number | undefined
  readonly json: boolean
  readonly print: (text: string) => void
}

/** What a round saw, with what it means for the whole. */
interface Round {
  readonly survey: Evaluation
  readonly verdict: OverallStatus
}

/** A round longer than that renews its lease meanwhile. */
const leaseTtlMs = 120_000

const exitCodes: Readonly<Record<OverallStatus, number>> = {healthy: 0, degraded: 1, unhealthy: 2}

/** What a round would do; nothing is written, no file is made. */
export async function surveyOnly(guard: Guard, options: Pick<WatchdogOptions, 'json' | 'print'>): Promise<Told> {
  const deps = wireWatchdog(guard)
  const survey = await evaluateJobs(deps, roundPlan(guard))
  const verdicts = survey.reports.map(({verdict}) => verdict)
  const status = overallStatus(verdicts, deps.incidents.read())
  return tellRound({survey, verdict: status}, options)
}

/** One round, or rounds until INT or TERM. Throws GuardError `busy` for one round. */
export async function runWatchdog(guard: Guard, options: WatchdogOptions): Promise<Told> {
  guard.ensureState()
  if (options.watchMs === undefined) return tellRound(await underLease(guard), options)
  await watch(guard, {...options, watchMs: options.watchMs})
  return undefined
}

/** The round for `--json`. */
type Told = object | undefined

/** For people or for programs, never for both. */
async function tellRound(round: Round, {json, print}: Pick<WatchdogOptions, 'json' | 'print'>): Promise<Told> {
  const {survey, verdict} = round
  process.exitCode = exitCodes[verdict]
  const {renderSurvey, surveyToJson} = await import('./render/watchdog.js')
  if (json) return surveyToJson(survey, verdict)
  print(renderSurvey(survey))
  return undefined
}

async function watch(guard: Guard, options: WatchdogOptions & {watchMs: number}): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  while (!stop.signal.aborted) {
    const round = await underLease(guard).catch(tellAndGoOn)
    if (round) await show(round, options)
    await guard.clock.sleep(options.watchMs, stop.signal)
  }
}

async function underLease(guard: Guard): Promise<Round> {
  const {deps, request} = ownLease(guard, leaseTtlMs)
  return holdLease({...deps, callAfter}, request, async () => {
    await closeRuns(guard, deps)
    const report = await watchdogRound(wireWatchdog(guard), roundPlan(guard))
    for (const line of logLines(report)) guard.log(line)
    compact(guard)
    const verdicts = report.reports.map(({verdict}) => verdict)
    return {survey: report, verdict: overallStatus(verdicts, report.incidents)}
  })
}

/** What a run under a lease has left is brought home by the job's next run; runs that may overlap leave nobody a word. */
async function closeRuns(guard: Guard, {leases}: LeaseDeps): Promise<void> {
  const here = {host: readHostName(), boot: readBootId()}
  const survivor = (holder: Holder) => livingProcessOf(holder, here)
  for (const {job, id, owner} of await reconcileInterrupted({leases, runs: guard.runs(), survivorOf: survivor})) {
    guard.log(`watchdog: ${job} interrupted: run ${id} has no end, and its guard and its job are gone`)
    // Seldom: what it takes stands apart from what each round loads.
    if (owner) {
      const {recoverSpools} = await import('../system/output/recover-spools.js')
      recoverSpools({spoolDir: guard.spoolDir, runId: id, logFile: guard.logFileOf(job), warn: printWarning})
    }
  }
}

/** The watchdog has the time that `guard run` has not: all that it reads stays short for everybody. */
function compact(guard: Guard): void {
  guard.leases().compactIfDue()
  guard.runs().compactIfDue()
  guard.journal(incidentStream).compactIfDue()
  guard.journal(resetRequestStream).compactIfDue()
  guard.journal(resetResultStream).compactIfDue()
  guard.journal(alertStream).compactIfDue()
}

/** A full disk or another watchdog at work must not end the watch. */
function tellAndGoOn(error: unknown): undefined {
  if (!(error instanceof GuardError) || !['busy', 'io', 'fenced', 'no-state'].includes(error.kind)) throw error
  printWarning(`watchdog: ${error.message}`)
}

/** In a watch, people see what happened; programs see every round, one a line. */
async function show({survey, verdict}: Round, {json, print}: WatchdogOptions): Promise<void> {
  const {renderSurvey, surveyToJson} = await import('./render/watchdog.js')
  if (json) process.stdout.write(`${JSON.stringify(surveyToJson(survey, verdict))}\n`)
  else {
    const changed = survey.reports.filter(({actions}) => actions.length > 0)
    if (changed.length + survey.orphaned.length > 0) print(renderSurvey({...survey, reports: changed}))
  }
}

function logLines({reports, orphaned}: Evaluation): readonly string[] {
  const actions = [...reports.flatMap((report) => report.actions), ...orphaned]
  return actions.map((action) => `watchdog: ${action.job} ${action.do}: ${action.reason}`)
}
