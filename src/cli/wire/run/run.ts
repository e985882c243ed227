import {accessSync, constants as fsConstants, mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {isoTime} from '../../../domain/clock/iso-time.js'
import type {Lease, Leases} from '../../../domain/lease/lease.js'
import type {RunReport} from '../../../domain/run/report.js'
import {hasTakenPlace} from '../../../domain/run/run.js'
import {GuardError} from '../../../errors.js'
import {openStateFolder} from '../../../journal/state-dir.js'
import {longestTimerMs} from '../../../system/host/clock.js'
import {readBootRef, signalNumber, temporaryFolder} from '../../../system/host/host.js'
import {assertOwnFile} from '../../../system/host/own-file.js'
import {knownNoAnswerFrom} from '../../../system/host/served-mount.js'
import type {JobOutput} from '../../../system/output/job-output.js'
import {openOutput} from '../../../system/output/open-output.js'
import {catchSignals} from '../../../system/process/catch-signals.js'
import {identifyProcess} from '../../../system/process/identity.js'
import type {AttemptDeps} from '../../../usecases/run/attempt-job.js'
import type {ClaimDeps} from '../../../usecases/run/claim-run.js'
import {noticeLateWatchdog} from '../../../usecases/run/notice-late-watchdog.js'
import type {RunResolved} from '../../../usecases/run/resolve-run.js'
import type {RunDeps} from '../../../usecases/run/run-job.js'
import type {RunRequest} from '../../../usecases/run/run-request.js'
import {tolerateStateError} from '../../../usecases/run/tolerate-state-error.js'
import type {RunNews} from '../../alerts/leave-deliverer.js'
import type {Guard} from '../../guard.js'
import {compactIfGrown, haveGrown} from '../../lease/compact-journals.js'
import {LinePrinter} from '../../output/line-printer.js'
import {printWarning, warnOnce} from '../../output/stderr.js'
import {wireLease, wireReconcile} from '../lease.js'
import {collectEvidenceOf, type RunContext, type RunMode, startAttempt} from './run-attempt.js'
import {superviseJob} from './supervise-job.js'

interface WiredRun {
  readonly deps: RunDeps
  readonly request: RunRequest
  /** What can wait until the run is over and recorded. */
  readonly afterwards: (report: RunReport) => Promise<void>
}

/** Wires `guard run`: processes, files and signals for one run of a job. */
export function wireRun(guard: Guard, run: RunResolved, mode: RunMode): WiredRun {
  const runId = mode.runId ?? guard.newId()
  const usable = stateIsUsable(guard, run)
  const temporary = usable ? undefined : makeTemporaryFolder()
  const spool = usable ? guard.spoolDir : (temporary ?? temporaryFolder())
  const context = {
    ...{guard, run, mode, runId, usable, spool},
    resultFile: `${spool}/guard-${runId}.result.json`,
    lines: new LinePrinter(run.settings.quiet),
    supervised: superviseJob(runId, run.settings),
  }
  const request = {job: run.job, runId, settings: run.settings, slot: mode.slot}
  const log = (text: string) => (usable ? guard.log(text) : undefined)
  const watchdog = noticeLateWatchdog({
    clock: guard.clock,
    readClock: () => ({at: guard.clock.now(), mono: guard.clock.mono(), ...readBootRef()}),
    settingsFile: guard.settings.file ?? '',
    lateAfterMs: guard.settings.watchdog.lateAfterMs,
    repeatMs: guard.settings.alerting.repeatMs[0] ?? 0,
    openAlerts: async () => guard.journal((await import('../../../journal/failure-streams.js')).alertStream),
    log,
    warn: printWarning,
  })
  const seen = seeLeases(run.job, watchdog.sawLeases)
  return {
    request,
    deps: {
      ...attemptDeps(context),
      ...lateDeps(context, request),
      random: Math.random,
      showWait: async (what, wait) => (await import('../../output/progress.js')).showWait(what, wait),
      runs: usable ? guard.runs() : undefined,
      openClaim: usable ? () => claimDeps(context, seen.sawLeases) : undefined,
      claimFleet: mode.fleet?.claim(context, seen.before),
      // Loaded late: few runs follow a killed one.
      closeInterrupted: async (job) => {
        const {reconcileInterrupted} = await import('../../../usecases/run/reconcile-interrupted.js')
        return reconcileInterrupted(wireReconcile(guard), job)
      },
      tidySpools: async (closed) => (await import('./tidy-spools.js')).tidySpoolsOf(guard, closed),
      openOutput: (isBeside) =>
        usable ? openLogFile(context, {logFile: guard.logFileOf(run.job), name: runId, isBeside}) : undefined,
      // Loaded late: most jobs are never run again.
      inspectInput: async () => (await import('../../../system/process/input.js')).inspectInput(),
      catchSignals: () => catchSignals(mode.interactive),
      every,
      log,
    },
    afterwards: async (report) => {
      context.supervised.removeCgroup()
      if (temporary !== undefined) rmSync(temporary, {recursive: true, force: true})
      if (usable) tidyJournals(context)
      const raised = [await watchdog.alertIfLate(), await writeMetrics(guard, report)]
      const {exitCode, cancelledBy} = report
      if (hasTakenPlace(report) && cancelledBy === undefined) await pingOf(context, {event: 'end', exitCode})
      await leaveNews(context, report, {own: seen.before(), hasNews: raised.includes(true)})
    },
  }
}

/** The last lines may be those that made the journals long. */
function tidyJournals({guard, mode}: RunContext): void {
  compactIfGrown(guard)
  mode.fleet?.afterwards()
}

/** Loaded late: most runs end well, and many hosts have no channels. */
async function leaveNews({guard, mode, usable}: RunContext, report: RunReport, before: RunNews): Promise<void> {
  if (!usable || !mode.tells || guard.settings.alerting.routes.length === 0) return
  const {leaveDeliverer} = await import('../../alerts/leave-deliverer.js')
  await leaveDeliverer(guard, report, {...before, hasNews: before.hasNews || mode.fleet?.hasNews() === true})
}

/** Loaded late: few machines collect figures. */
async function writeMetrics(guard: Guard, report: RunReport): Promise<boolean> {
  const folder = guard.settings.metrics?.textfileDir
  if (folder === undefined || report.outcome === 'skipped') return false
  const {writeTextfile} = await import('../../run/write-textfile.js')
  return writeTextfile(guard, folder, report)
}

type PingEvent = {readonly event: 'start'} | {readonly event: 'end'; readonly exitCode: number}

/** Loaded late: few jobs have a monitor. For a run that was cancelled, the one that did it pings. */
async function pingOf({guard, run, runId, usable}: RunContext, event: PingEvent): Promise<void> {
  const {ping} = run.settings
  if (ping === undefined || !usable) return
  const {leavePing} = await import('../../run/leave-ping.js')
  await leavePing(guard, ping, {runId, ...event})
}

/** Remembers the lease of the job before the run took its own; later it says nothing of the run before. */
function seeLeases(job: string, alsoSaw: (leases: Leases) => void) {
  let before: Lease | undefined
  return {
    before: () => before,
    sawLeases: (leases: Leases) => {
      alsoSaw(leases)
      before = leases.byJob.get(job)
    },
  }
}

function attemptDeps(context: RunContext): AttemptDeps {
  const {guard, usable, lines, supervised} = context
  return {
    clock: guard.clock,
    startJob: async (task) => {
      if (task.number === 1) await pingOf(context, {event: 'start'})
      const job = await startAttempt(context, task)
      if (usable && haveGrown(guard)) setImmediate(() => compactIfGrown(guard))
      return job
    },
    supervise: supervised.supervise,
    signalNumber,
    collectEvidence: (task, begin, exit) => collectEvidenceOf(context, task, {begin, exit}),
    warn: warnOnce(lines.say),
    remark: warnOnce(lines.remark),
  }
}

/** Loaded late: a healthy run of a job without a breaker needs none of it. */
function lateDeps(context: RunContext, request: RunRequest): Pick<RunDeps, 'openBreakers' | 'openRecovery'> {
  const {guard, lines} = context
  const openLog = (logFile: string, name: string) => openLogFile(context, {logFile, name, isBeside: false})
  return {
    openBreakers: async () => (await import('../breaker.js')).wireRunBreaker(guard),
    openRecovery: async (signal) =>
      (await import('./recovery.js')).wireRecovery(guard, request, {signal, openLog, lines}),
  }
}

interface LogRequest {
  readonly logFile: string
  /** Tells the spool files of a run apart. */
  readonly name: string
  /** Another run may still write to the file that is there. */
  readonly isBeside: boolean
}

/** @returns undefined if no log is kept. Throws GuardError `io`. */
function openLogFile(
  {guard, run, mode, runId, usable, spool, lines}: RunContext,
  {logFile, name, isBeside}: LogRequest,
): JobOutput | undefined {
  if (!usable || mode.interactive) return undefined
  refuseUnusableLog(logFile)
  const now = guard.clock.now()
  const output = openOutput({
    logFile,
    header: mode.logHeader ? `--- ${isoTime(now)} run ${runId} ---` : undefined,
    spool: `${spool}/${name}`,
    rotation: guard.settings.logs,
    targets: mode.json ? [2, 2] : [1, 2],
    isShared: run.settings.overlap === 'allow',
    isBeside,
    now,
    warn: printWarning,
  })
  return lines.follow(output)
}

function refuseUnusableLog(logFile: string): void {
  const noAnswer = knownNoAnswerFrom(logFile)
  if (noAnswer !== undefined) throw new GuardError('io', `${logFile}: ${noAnswer}`)
  try {
    assertOwnFile(logFile)
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    throw new GuardError('io', message, [], {cause: error})
  }
}

function stateIsUsable(guard: Guard, {job, settings}: RunResolved): boolean {
  try {
    guard.ensureState('once')
    openStateFolder(guard.spoolDir)
    accessSync(guard.stateDir, fsConstants.W_OK)
    return true
  } catch (thrown) {
    const {syscall, message} = thrown as NodeJS.ErrnoException
    const hints = ['name a state directory that can be written: --state-dir DIR']
    const error = syscall === undefined ? thrown : new GuardError('io', message, hints, {cause: thrown})
    tolerateStateError(error, settings.onStateError, (reason) =>
      printWarning(`${reason}; ${job} runs without record or lease`),
    )
    return false
  }
}

/** For the job's result alone, where no other user can put a file of the same name. @returns undefined if it cannot be made */
function makeTemporaryFolder(): string | undefined {
  try {
    return mkdtempSync(join(temporaryFolder(), 'guard-run-'))
  } catch {
    return undefined
  }
}

function claimDeps(context: RunContext, sawLeases: ClaimDeps['sawLeases']): ClaimDeps {
  const leaseDeps = wireLease(context.guard)
  return {
    ...leaseDeps,
    self: identifyProcess(process.pid),
    identify: identifyProcess,
    // Loaded late: only `overlap: cancel-other` ends another run.
    cancelRun: async (...call) => (await import('./cancel-run.js')).cancelRunOf(context)(...call),
    isInside: async (lease) =>
      (await import('../../../system/process/inside-run.js')).isInsideRun(lease, leaseDeps.here),
    sawLeases,
    warn: warnOnce(context.lines.say),
  }
}

/** Keeps no process alive. */
function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, Math.min(ms, longestTimerMs)).unref()
  return () => clearInterval(timer)
}
