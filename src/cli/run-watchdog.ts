import {statSync} from 'node:fs'
import {join} from 'node:path'
import {type OverallStatus, overallStatus} from '../domain/incident/overall-status.js'
import {GuardError} from '../errors.js'
import {alertStream, incidentStream, resetRequestStream, resetResultStream} from '../journal/other-streams.js'
import {callAfter} from '../system/alarm.js'
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
  readonly evaluation: Evaluation
  readonly verdict: OverallStatus
}

/** A round longer than that renews its lease meanwhile. */
const leaseTtlMs = 120_000

const exitCodes: Readonly<Record<OverallStatus, number>> = {healthy: 0, degraded: 1, unhealthy: 2}

/** What a round would do; nothing is written, no file is made. */
export async function dryRun(guard: Guard, options: Pick<WatchdogOptions, 'json' | 'print'>): Promise<RoundJson> {
  const deps = wireWatchdog(guard)
  const evaluation = await briefly(guard, () => evaluateJobs(deps, roundPlan(guard)))
  const verdicts = evaluation.reports.map(({verdict}) => verdict)
  const status = overallStatus(verdicts, deps.incidents.read())
  return showRound({evaluation, verdict: status}, options)
}

/** One round, or rounds until INT or TERM. Throws GuardError `busy` for one round. */
export async function runWatchdog(guard: Guard, options: WatchdogOptions): Promise<RoundJson> {
  if (options.watchMs === undefined) return runRound(guard, options)
  guard.ensureState()
  await watch(guard, {...options, watchMs: options.watchMs})
  return undefined
}

/** Apart from `runWatchdog`, so that the start of a plain round is without what a watch takes. */
export async function runRound(guard: Guard, options: Pick<WatchdogOptions, 'json' | 'print'>): Promise<RoundJson> {
  guard.ensureState()
  return showRound(await briefly(guard, () => underLease(guard)), options)
}

/** With fewer jobs there is nothing to gain; with a longer journal to read the compiler is worth its time. */
const manyJobs = 1000
const longBytes = 16 * 1024 * 1024

async function briefly<T>({settings, stateDir}: Guard, work: () => Promise<T>): Promise<T> {
  if (Object.keys(settings.jobs).length < manyJobs) return work()
  const {size = 0} = statSync(join(stateDir, 'leases.jsonl'), {throwIfNoEntry: false}) ?? {}
  if (size > longBytes) return work()
  const {unoptimized} = await import('../system/compiler.js')
  return unoptimized(work)
}

/** The round for `--json`. */
type RoundJson = object | undefined

/** For people or for programs, never for both. */
async function showRound(round: Round, {json, print}: Pick<WatchdogOptions, 'json' | 'print'>): Promise<RoundJson> {
  const {evaluation, verdict} = round
  process.exitCode = exitCodes[verdict]
  const {renderEvaluation, evaluationToJson} = await import('./render/watchdog.js')
  if (json) return evaluationToJson(evaluation, verdict)
  print(renderEvaluation(evaluation))
  return undefined
}

async function watch(guard: Guard, options: WatchdogOptions & {watchMs: number}): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  while (!stop.signal.aborted) {
    const round = await underLease(guard).catch(warnAndGoOn)
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
    return {evaluation: report, verdict: overallStatus(verdicts, report.incidents)}
  })
}

/** What a run under a lease has left is brought home by the job's next run; runs that may overlap leave nobody a word. */
async function closeRuns(guard: Guard, {leases}: LeaseDeps): Promise<void> {
  const here = {host: readHostName(), boot: readBootId()}
  const survivor = (holder: Holder) => livingProcessOf(holder, here)
  for (const {job, id, owner} of await reconcileInterrupted({leases, runs: guard.runs(), survivorOf: survivor})) {
    guard.log(`watchdog: ${job} interrupted: run ${id} has no end, and its guard and its job are gone`)
    // Seldom: what it takes stands apart from what each round loads.
    if (owner) (await import('./wire/run-output.js')).recoverSpools(guard, job, id)
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
function warnAndGoOn(error: unknown): undefined {
  if (!(error instanceof GuardError) || !['busy', 'io', 'fenced', 'no-state'].includes(error.kind)) throw error
  printWarning(`watchdog: ${error.message}`)
}

/** In a watch, people see what happened; programs see every round, one a line. */
async function show({evaluation, verdict}: Round, {json, print}: WatchdogOptions): Promise<void> {
  const {renderEvaluation, evaluationToJson} = await import('./render/watchdog.js')
  if (json) process.stdout.write(`${JSON.stringify(evaluationToJson(evaluation, verdict))}\n`)
  else {
    const changed = evaluation.reports.filter(({actions}) => actions.length > 0)
    if (changed.length + evaluation.orphaned.length > 0) print(renderEvaluation({...evaluation, reports: changed}))
  }
}

function logLines({reports, orphaned}: Evaluation): readonly string[] {
  const actions = [...reports.flatMap((report) => report.actions), ...orphaned]
  return actions.map((action) => `watchdog: ${action.job} ${action.do}: ${action.reason}`)
}
