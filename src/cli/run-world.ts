import {accessSync, constants as fsConstants, mkdirSync, statfsSync} from 'node:fs'
import {constants, hostname, tmpdir} from 'node:os'
import {GuardError} from '../errors.js'
import {writeGuardianLog} from '../system/guardian-log.js'
import {readBootId} from '../system/host.js'
import {type JobOutput, openJobOutput} from '../system/job-output.js'
import {identifyProcess} from '../system/process-identity.js'
import {isRotationDue, rotateLog} from '../system/rotate.js'
import {salvageSpool} from '../system/spool.js'
import {supervise} from '../system/supervise.js'
import {survivorOf} from '../system/survivor.js'
import {type Claim, claimRun} from '../usecases/claim-run.js'
import type {RunResolved} from '../usecases/resolve-run.js'
import type {RunDeps, RunRequest} from '../usecases/run-job.js'
import type {Guard} from './guard.js'
import {catchSignals, type RunMode, readTraces, startAttempt} from './run-attempt.js'
import {tell} from './tell.js'

/** Ties `guard run`'s story to the world: processes, files, signals. */
export function runWorld(guard: Guard, run: RunResolved, mode: RunMode): {deps: RunDeps; request: RunRequest} {
  const {job, settings} = run
  const {clock} = guard
  const runId = guard.newId()
  const usable = stateIsUsable(guard, run)
  const spool = usable ? spoolDir(guard) : tmpdir()
  const resultFile = `${spool}/guard-${runId}.result.json`
  const warn = tellOnce()
  const request = {job, runId, settings}
  return {
    request,
    deps: {
      clock,
      random: Math.random,
      runs: usable ? guard.runs() : undefined,
      claim: () => (usable ? claim(guard, run, runId) : Promise.resolve(unclaimed)),
      salvage: (killed) => salvage(guard, job, killed),
      openOutput: () => (usable && !mode.interactive ? openOutput(guard, run, {runId, mode, warn}) : undefined),
      startJob: (start) => startAttempt({guard, run, mode, runId, resultFile}, start),
      supervise: (process, output, timeoutMs) =>
        supervise(
          process,
          {
            timeoutMs,
            silenceMs: output ? settings.silenceMs : undefined,
            killAfterMs: settings.killAfterMs,
            lastWriteMs: () => output?.lastWriteMs() ?? 0,
          },
          async (ended, killAfterMs) => (await import('../system/end-job.js')).endJob(ended, killAfterMs, runId),
        ),
      catchSignals: () => catchSignals(mode.interactive),
      signalNumber: (name) => constants.signals[name as NodeJS.Signals],
      readTraces: (output, failed) => readTraces(resultFile, output, failed),
      every: (ms, work) => {
        const timer = setInterval(work, ms)
        return () => clearInterval(timer)
      },
      warn,
      log: (text) => (usable ? writeGuardianLog(guard.logDir, clock.now(), text) : undefined),
    },
  }
}

const unclaimed: Claim = {granted: true, lease: undefined, interrupted: undefined}

/** For what lives as long as a run: result files, and output that is told apart. */
function spoolDir(guard: Guard): string {
  return `${guard.stateDir}/spool`
}

/** A disk that is full speaks up at every record; once is enough. */
function tellOnce(): (text: string) => void {
  const told = new Set<string>()
  return (text) => {
    if (!told.has(text)) tell(text)
    told.add(text)
  }
}

/** A state directory that cannot be used stops no job, unless the job's settings say that it must. */
function stateIsUsable(guard: Guard, {job, settings}: RunResolved): boolean {
  try {
    guard.ensureState()
    mkdirSync(spoolDir(guard), {recursive: true, mode: 0o700})
    accessSync(guard.stateDir, fsConstants.W_OK)
    return true
  } catch (thrown) {
    const {syscall, message} = thrown as NodeJS.ErrnoException
    const hints = ['name a state directory that can be written: --state-dir DIR']
    const error = syscall === undefined ? thrown : new GuardError('io', message, hints, {cause: thrown})
    tolerate(error, settings.onStateError, `${job} runs without record or lease`)
    return false
  }
}

function tolerate(error: unknown, onStateError: 'run' | 'refuse', consequence: string): void {
  const isState = error instanceof GuardError && (error.kind === 'io' || error.kind === 'no-state')
  if (!isState) throw error
  if (onStateError === 'refuse')
    throw new GuardError('io', `not run, for onStateError is refuse: ${error.message}`, error.hints, {cause: error})
  tell(`${error.message}; ${consequence}`)
}

async function claim(guard: Guard, {job, settings}: RunResolved, runId: string): Promise<Claim> {
  const here = {host: hostname(), boot: readBootId()}
  const self = identifyProcess(process.pid)
  if (!self) throw new GuardError('internal', 'cannot find my own process')
  try {
    return await claimRun(
      {
        clock: guard.clock,
        leases: guard.leases(),
        here,
        self,
        identify: identifyProcess,
        survivorOf: (lease) => survivorOf(lease, here),
        endJob: async (lease) => (await import('../system/end-other.js')).endOther(lease, settings.killAfterMs),
        warn: tell,
      },
      {job, runId, ttlMs: settings.ttlMs, overlap: settings.overlap, waitMs: settings.waitMs},
    )
  } catch (error) {
    tolerate(error, settings.onStateError, `${job} runs without lease`)
    return unclaimed
  }
}

/** The standard error of a run whose guard was killed may stand in its spool alone. */
function salvage(guard: Guard, job: string, runId: string): void {
  try {
    for (const stream of ['out', 'err']) salvageSpool(`${spoolDir(guard)}/${runId}.${stream}`, guard.logFileOf(job))
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    tell(`output of run ${runId} left in ${spoolDir(guard)}: ${message}`)
  }
}

interface OutputPlace {
  readonly runId: string
  readonly mode: RunMode
  readonly warn: (text: string) => void
}

/** With less room the job would fail at its own first line of output, for it writes into the log itself. */
const leastRoomBytes = 1024 * 1024

function openOutput(
  guard: Guard,
  {job, settings}: RunResolved,
  {runId, mode, warn}: OutputPlace,
): JobOutput | undefined {
  const logFile = guard.logFileOf(job)
  try {
    if (isRotationDue(logFile, guard.settings.logs)) rotateLog(logFile, guard.settings.logs, guard.clock.now())
    assertRoom(guard.logDir)
    return openJobOutput({
      logFile,
      spool: `${spoolDir(guard)}/${runId}`,
      targets: mode.json ? [2, 2] : [1, 2],
      isShared: settings.overlap === 'allow',
      warn,
    })
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    if (cause.syscall === undefined) throw error
    tolerate(new GuardError('io', `${logFile}: ${cause.message}`, [], {cause}), settings.onStateError, 'no log is kept')
    return undefined
  }
}

/** Throws as a write would. */
function assertRoom(dir: string): void {
  const {blocks, bavail, bfree, bsize} = statfsSync(dir)
  const free = process.geteuid?.() === 0 ? bfree : bavail
  if (blocks > 0 && free * bsize < leastRoomBytes)
    throw Object.assign(new Error('the disk is full'), {code: 'ENOSPC', syscall: 'write'})
}
