import {accessSync, existsSync, constants as fsConstants, mkdirSync, statSync} from 'node:fs'
import {isoTime} from '../../domain/clock/iso-time.js'
import {GuardError} from '../../errors.js'
import {longestTimerMs} from '../../system/host/clock.js'
import {readBootId, readHostName, signalNumber, temporaryFolder} from '../../system/host/host.js'
import {isStandalone, programFile} from '../../system/host/program.js'
import {resolveSecret} from '../../system/host/secret.js'
import type {AttemptEvidence} from '../../system/output/collect-evidence.js'
import type {JobOutput} from '../../system/output/job-output.js'
import {openOutput} from '../../system/output/open-output.js'
import {catchSignals} from '../../system/process/catch-signals.js'
import {identifyProcess} from '../../system/process/identity.js'
import {type JobProcess, startJob} from '../../system/process/job-process.js'
import type {SupervisedExit} from '../../system/process/supervise.js'
import type {AttemptTask} from '../../usecases/run/attempt-job.js'
import type {ClaimDeps} from '../../usecases/run/claim-run.js'
import {noticeLateWatchdog} from '../../usecases/run/notice-late-watchdog.js'
import type {RunResolved} from '../../usecases/run/resolve-run.js'
import type {RunDeps} from '../../usecases/run/run-job.js'
import type {RunRequest} from '../../usecases/run/run-request.js'
import {tolerateStateError} from '../../usecases/run/tolerate-state-error.js'
import {compactIfGrown, haveGrown} from '../compact-journals.js'
import type {Guard} from '../guard.js'
import {LinePrinter} from '../line-printer.js'
import {printWarning, warnOnce} from '../stderr.js'
import {wireLease} from './lease.js'
import {superviseJob} from './supervise-job.js'

interface RunMode {
  /** The job's output goes to standard error, so that standard output is the report alone. */
  readonly json: boolean
  /** The job gets the terminal itself; no log is kept. */
  readonly interactive: boolean
  /** Each run begins with a line in the log. */
  readonly logHeader: boolean
}

interface RunContext {
  readonly guard: Guard
  readonly run: RunResolved
  readonly mode: RunMode
  readonly runId: string
  /** Whether the state directory can be used. */
  readonly usable: boolean
  /** Folder for files that exist only during a run. */
  readonly spool: string
  readonly resultFile: string
  readonly lines: LinePrinter
  readonly supervised: ReturnType<typeof superviseJob>
}

interface WiredRun {
  readonly deps: RunDeps
  readonly request: RunRequest
  /** What can wait until the run is over and recorded. */
  readonly afterwards: () => Promise<void>
}

/** Wires `guard run`: processes, files and signals for one run of a job. */
export function wireRun(guard: Guard, run: RunResolved, mode: RunMode): WiredRun {
  const runId = guard.newId()
  const usable = stateIsUsable(guard, run)
  const spool = usable ? guard.spoolDir : temporaryFolder()
  const files = {spool, resultFile: `${spool}/guard-${runId}.result.json`}
  const context = {
    guard,
    run,
    mode,
    runId,
    usable,
    ...files,
    lines: new LinePrinter(),
    supervised: superviseJob(runId, run.settings),
  }
  const request = {job: run.job, runId, settings: run.settings}
  const watchdog = noticeLateWatchdog({
    clock: guard.clock,
    readClock: () => ({at: guard.clock.now(), mono: guard.clock.mono(), host: readHostName(), boot: readBootId()}),
    policy: guard.settings.watchdog,
    openAlerts: async () => guard.journal((await import('../../journal/failure-streams.js')).alertStream),
    warn: printWarning,
  })
  return {
    request,
    deps: {
      ...attemptDeps(context),
      ...lateDeps(context, request),
      random: Math.random,
      showWait: async (what, wait) => (await import('../progress.js')).showWait(what, wait),
      runs: usable ? guard.runs() : undefined,
      openClaim: usable ? () => claimDeps(context, watchdog.sawLeases) : undefined,
      // Loaded late: few runs follow a killed one.
      recoverSpools: async (killed) =>
        (await import('../../system/output/recover-spools.js')).recoverSpools({
          spoolDir: guard.spoolDir,
          runId: killed,
          logFile: guard.logFileOf(run.job),
          warn: printWarning,
        }),
      openOutput: () => openLogFile(context, guard.logFileOf(run.job), runId),
      catchSignals: () => catchSignals(mode.interactive),
      every,
      log: (text) => (usable ? guard.log(text) : undefined),
    },
    afterwards: async () => {
      context.supervised.removeCgroup()
      // The last lines may be those that made the journals long.
      if (usable) compactIfGrown(guard)
      await watchdog.alertIfLate()
    },
  }
}

function attemptDeps(
  context: RunContext,
): Pick<RunDeps, 'clock' | 'startJob' | 'supervise' | 'signalNumber' | 'collectEvidence' | 'warn'> {
  const {guard, usable, lines, supervised} = context
  return {
    clock: guard.clock,
    startJob: async (task) => {
      const job = await startAttempt(context, task)
      if (usable && haveGrown(guard)) setImmediate(() => compactIfGrown(guard))
      return job
    },
    supervise: supervised.supervise,
    signalNumber,
    collectEvidence: (task, begin, exit) => collectEvidenceOf(context, task, {begin, exit}),
    warn: warnOnce(lines.say),
  }
}

/** Loaded late: a healthy run of a job without a breaker needs none of it. */
function lateDeps(context: RunContext, request: RunRequest): Pick<RunDeps, 'openBreakers' | 'openRecovery'> {
  const {guard, lines} = context
  const openLog = (logFile: string, name: string) => openLogFile(context, logFile, name)
  return {
    openBreakers: async () => (await import('./breaker.js')).wireRunBreaker(guard),
    openRecovery: async (signal) =>
      (await import('./recovery.js')).wireRecovery(guard, request, {signal, openLog, lines}),
  }
}

/** Starts one attempt; its environment says which run it belongs to (contract section 2). */
async function startAttempt(context: RunContext, task: AttemptTask): Promise<JobProcess> {
  const {guard, run, mode, runId, resultFile, supervised} = context
  const {settings} = run
  const own = Object.entries(settings.env).map(([name, value]) => [
    name,
    resolveSecret(value, `jobs.${run.job}.env.${name}`),
  ])
  const {output, token, number} = task
  return startJob({
    argv: run.argv(),
    env: {
      ...process.env,
      ...Object.fromEntries(own),
      GUARD_BIN: programFile(),
      // With it, the program that GUARD_BIN names needs no Node on the job's path.
      ...(!isStandalone && {GUARD_NODE: process.execPath}),
      GUARD_JOB: run.job,
      GUARD_RUN_ID: runId,
      GUARD_ATTEMPT: `${number}`,
      GUARD_STATE_DIR: guard.stateDir,
      GUARD_RESULT_FILE: resultFile,
      ...(token !== undefined && {GUARD_LEASE_TOKEN: `${token}`}),
    },
    stdout: output?.stdout ?? (mode.json ? 2 : 'inherit'),
    stderr: output?.stderr ?? 'inherit',
    interactive: mode.interactive,
    ...(await supervised.startIn()),
    ...(settings.cwd !== undefined && {cwd: settings.cwd}),
  })
}

async function collectEvidenceOf(
  {resultFile, lines}: RunContext,
  {job, settings, output}: AttemptTask,
  {begin, exit}: {readonly begin: number; readonly exit: SupervisedExit},
): Promise<AttemptEvidence> {
  const hasResult = statSync(resultFile, {throwIfNoEntry: false}) !== undefined
  if (!hasResult && exit.code === 0) return {}
  // Loaded late: a healthy run has left nothing to read.
  const {collectEvidence} = await import('../../system/output/collect-evidence.js')
  const patterns = settings.failures
  return collectEvidence({
    job,
    output,
    patterns,
    begin,
    exit,
    resultFile: hasResult ? resultFile : undefined,
    warn: lines.say,
  })
}

/** `name` tells the spool files of a run apart. @returns undefined if no log is kept. Throws GuardError `io`. */
function openLogFile(
  {guard, run, mode, runId, usable, spool, lines}: RunContext,
  logFile: string,
  name: string,
): JobOutput | undefined {
  if (!usable || mode.interactive) return undefined
  const now = guard.clock.now()
  const output = openOutput({
    logFile,
    header: mode.logHeader ? `--- ${isoTime(now)} run ${runId} ---` : undefined,
    spool: `${spool}/${name}`,
    rotation: guard.settings.logs,
    targets: mode.json ? [2, 2] : [1, 2],
    isShared: run.settings.overlap === 'allow',
    now,
    warn: printWarning,
  })
  return lines.follow(output)
}

function stateIsUsable(guard: Guard, {job, settings}: RunResolved): boolean {
  try {
    guard.ensureState()
    if (!existsSync(guard.spoolDir)) mkdirSync(guard.spoolDir, {recursive: true, mode: 0o700})
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

function claimDeps({guard, run, lines}: RunContext, sawLeases: ClaimDeps['sawLeases']): ClaimDeps {
  const self = identifyProcess(process.pid)
  if (!self) throw new GuardError('internal', 'cannot find my own process')
  const leaseDeps = wireLease(guard)
  return {
    ...leaseDeps,
    self,
    identify: identifyProcess,
    // Loaded late: only `overlap: cancel-other` stops another run.
    endJob: async (lease) =>
      (await import('../../system/process/stop-other-run.js')).stopOtherRun(lease, run.settings.killAfterMs),
    isInside: async (lease) => (await import('../../system/process/inside-run.js')).isInsideRun(lease, leaseDeps.here),
    sawLeases,
    warn: lines.say,
  }
}

/** Keeps no process alive. */
function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, Math.min(ms, longestTimerMs)).unref()
  return () => clearInterval(timer)
}
