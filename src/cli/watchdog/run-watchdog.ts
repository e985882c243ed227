import {existsSync} from 'node:fs'
import {pruneCaches} from '../../config/cache/prune.js'
import type {Incidents} from '../../domain/incident/incident.js'
import {type OverallStatus, overallStatus} from '../../domain/incident/overall-status.js'
import {watchedJobs} from '../../domain/watchdog/watch-list.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import {
  alertStream,
  deliveryStream,
  fleetStream,
  incidentStream,
  resetRequestStream,
  resetResultStream,
  schedulerStream,
} from '../../journal/failure-streams.js'
import {callAfter} from '../../system/host/clock.js'
import {onSignals} from '../../system/process/own-signals.js'
import {sayOnce} from '../../usecases/alert/say-once.js'
import {holdLease} from '../../usecases/lease/hold-lease.js'
import type {Recovered} from '../../usecases/recovery/recover.js'
import {type Evaluation, evaluateJobs} from '../../usecases/watchdog/evaluate-jobs.js'
import {newsOf} from '../../usecases/watchdog/news.js'
import {watchdogRound} from '../../usecases/watchdog/watchdog-round.js'
import type {Call} from '../command/definition.js'
import type {Guard} from '../guard.js'
import {exitCodes, healthExitCodes} from '../output/exit-codes.js'
import {printWarning} from '../output/stderr.js'
import {jsonLine, writeOut} from '../output/stdout.js'
import {isTerminal} from '../output/terminal.js'
import {freshGuard, hasUsableSettings} from '../settings/fresh-guard.js'
import {recoverIn, startReruns, tidyAfter} from '../wire/recover.js'
import {wireSayOnce} from '../wire/say-once.js'
import {ownLease, roundPlan, wireWatchdog} from '../wire/watchdog.js'
import {warnOfRound} from './failed-round.js'

interface WatchdogOptions {
  /** Between two rounds; undefined for one round. */
  readonly watchMs: number | undefined
  readonly json: boolean
  /** Prints only what was opened, told or resolved, since cron mails whatever is printed. */
  readonly newsOnly: boolean
  readonly show: Call['show']
  /** Reads the settings anew. */
  readonly openGuard: Call['openGuard']
  /** Nothing was done. */
  readonly isPlan?: boolean
}

/** What a round saw, and the status of all jobs together. */
interface Round {
  readonly evaluation: Evaluation
  readonly status: OverallStatus
  /** What a crash had left; undefined if it was not looked for. */
  readonly recovered?: Recovered
}

/** A round longer than that renews its lease meanwhile. */
const leaseTtlMs = 120_000

/** Says what a round would do; writes nothing. */
export async function dryRun(guard: Guard, options: Pick<WatchdogOptions, 'json' | 'show'>): Promise<RoundJson> {
  const deps = wireWatchdog(guard)
  const evaluation = await evaluateJobs(deps, roundPlan(guard))
  const json = await answer(
    {evaluation, status: statusOf(evaluation, deps.incidents.read())},
    {...options, newsOnly: false, isPlan: true},
  )
  const refusal = guard.settings.wrong?.refusal
  if (refusal !== undefined) printWarning(refusal)
  if (refusal !== undefined && process.exitCode === 0) process.exitCode = exitCodes.config
  return json
}

/** One round, or rounds until INT or TERM. Throws GuardError `busy` for one round. */
export async function runWatchdog(guard: Guard, options: WatchdogOptions): Promise<RoundJson> {
  const {watchMs} = options
  guard.ensureState()
  const jobs = watchedJobs(guard.settings)
  const watchesNone = jobs.length === 0
  if (watchMs === undefined) {
    // The error says that there are no jobs; once is enough.
    const isSaid = watchesNone && isTerminal('stdout')
    const json = await answer(
      await underLease(guard, jobs, 'for-one-round'),
      isSaid ? {...options, newsOnly: true} : options,
    )
    if (watchesNone) reportNoJobs(guard)
    return json
  }
  if (watchesNone) reportNoJobs(guard)
  if (!watchesNone || !isTerminal('stdout')) await watch(guard, {...options, watchMs})
  return undefined
}

/** A person learns it at once; in a crontab the watchdog may wait for jobs to come, and its mail would be noise. */
function reportNoJobs(guard: Guard): void {
  const {settings} = guard
  const where = settings.file ?? 'there is no settings file'
  const message = settings.wrong?.refusal ?? `no job is watched: ${where}${settings.file ? ' names none' : ''}`
  // Settings that cannot be read at all say nothing of the jobs; an incident that is open still counts.
  if (settings.wrong?.refusal !== undefined && process.exitCode === 0) process.exitCode = exitCodes.config
  if (isTerminal('stdout')) {
    printWarning(message)
    process.exitCode = exitCodes.config
    return
  }
  // Wrong settings have an alert already.
  if (settings.wrong) return
  sayOnce(wireSayOnce(guard), {component: 'watchdog', message, reason: message})
}

/** The round for `--json`. */
type RoundJson = object | undefined

/** Shows a round and sets the exit code by it. @returns the round for `--json` */
function answer(round: Round, options: ShowOptions): Promise<RoundJson> {
  process.exitCode = healthExitCodes[round.status.is]
  return showRound(round, options)
}

type ShowOptions = Omit<WatchdogOptions, 'watchMs' | 'openGuard'>

/** For people or for programs, never for both. */
async function showRound({evaluation, status}: Round, options: ShowOptions): Promise<RoundJson> {
  const shown = options.newsOnly && !options.json ? newsOf(evaluation) : evaluation
  if (!shown) return undefined
  // Loaded here because most rounds have no news.
  const {renderEvaluation, renderPlan, evaluationToJson} = await import('../render/watchdog.js')
  if (options.json) return evaluationToJson(evaluation, status)
  options.show(options.isPlan ? renderPlan : renderEvaluation, shown, status)
  return undefined
}

/** One round of a process that goes on. @returns it for `--json`. Throws GuardError `busy` beside another watchdog */
export async function recoverAndWatch(guard: Guard): Promise<object> {
  const {evaluation, status, recovered} = await underLease(guard, watchedJobs(guard.settings), 'on')
  const {evaluationToJson} = await import('../render/watchdog.js')
  const {recoveredToJson} = await import('../render/recover.js')
  return {...evaluationToJson(evaluation, status), ...(recovered && {recovered: recoveredToJson(recovered)})}
}

/** Each round goes by the settings of its time, as those of a crontab do. */
async function watch(guard: Guard, options: WatchdogOptions & {watchMs: number}): Promise<void> {
  const guardNow = freshGuard(guard, options.openGuard, hasUsableSettings)
  const roundOf = (now: Guard) => underLease(now, watchedJobs(now.settings), 'on')
  const stop = new AbortController()
  onSignals(['SIGINT', 'SIGTERM'], () => stop.abort())
  while (!stop.signal.aborted) {
    const round = await guardNow().then(roundOf).catch(warnOfRound('watchdog'))
    // The text has news alone, and JSON has every round, one on each line.
    const json = round && (await showRound(round, {...options, newsOnly: true}))
    if (json) writeOut(jsonLine(json))
    await guard.clock.sleep(options.watchMs, stop.signal)
  }
}

function statusOf({reports}: Evaluation, incidents: Incidents): OverallStatus {
  return overallStatus(
    reports.map(({job, verdict}) => ({job: job.name, verdict})),
    incidents,
  )
}

/** Interrupted runs are decided on before the jobs are judged, and run again once the round is over. */
async function underLease(guard: Guard, jobs: readonly WatchedJob[], lives: 'on' | 'for-one-round'): Promise<Round> {
  const {deps, request} = ownLease(guard, leaseTtlMs)
  let recovered: Recovered | undefined
  const round = holdLease({...deps, callAfter}, request, async () => {
    recovered = await recoverIn(guard, lives)
    await tidyAfter(guard, recovered)
    tellRefused(guard, recovered)
    // Loaded late: few hosts have jobs of a fleet.
    if (existsSync(`${guard.stateDir}/${fleetStream.name}.jsonl`))
      await (await import('../wire/fleet/settle-fleet.js')).settleFleet(guard)
    const report = await watchdogRound(wireWatchdog(guard), roundPlan(guard, jobs))
    for (const line of logLines(report)) guard.log(line)
    compact(guard)
    // Loaded late: most machines have cron. After the round, which is about the jobs.
    if (existsSync(`${guard.stateDir}/${schedulerStream.name}.jsonl`))
      await (await import('../wire/scheduler/heal-scheduler.js')).healSchedulerIn(guard, lives)
    // Loaded late: many hosts have no channels.
    if (guard.settings.alerting.routes.length > 0)
      await (await import('../wire/alerts/deliver.js')).deliverInRound(guard)
    pruneCaches({env: process.env, home: process.env['HOME'], uid: process.geteuid?.()}, guard.clock.now())
    return {evaluation: report, status: statusOf(report, report.incidents), recovered}
  })
  return round.finally(() => startReruns(guard, recovered))
}

/** In a crontab nobody reads what each round would say of them. */
function tellRefused(guard: Guard, {files}: Recovered): void {
  const refused = files.filter(({is}) => is === 'refused')
  const [first] = refused
  if (!first) return
  const more = refused.length > 1 ? `, and ${refused.length - 1} more` : ''
  const message = `the state of a crashed run is not looked after: ${first.path}: ${first.reason}${more}`
  sayOnce(wireSayOnce(guard), {component: 'watchdog', message, reason: `crashed-run ${first.path}`})
}

/** The watchdog compacts the journals, so that `guard run` need not. */
function compact(guard: Guard): void {
  guard.leases().compactIfDue()
  guard.runs().compactIfDue()
  guard.journal(incidentStream).compactIfDue()
  guard.journal(resetRequestStream).compactIfDue()
  guard.journal(resetResultStream).compactIfDue()
  guard.journal(alertStream).compactIfDue()
  guard.journal(deliveryStream).compactIfDue()
  guard.journal(schedulerStream).compactIfDue()
}

function logLines({reports, orphaned}: Evaluation): readonly string[] {
  const actions = [...reports.flatMap((report) => report.actions), ...orphaned]
  return actions.map((action) => `watchdog: ${action.job} ${action.do}: ${action.reason}`)
}
