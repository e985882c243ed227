import {mkdirSync} from 'node:fs'
import {constants, hostname} from 'node:os'
import {GuardError} from '../errors.js'
import {writeGuardianLog} from '../system/guardian-log.js'
import {readBootId} from '../system/host.js'
import {type JobOutput, openJobOutput} from '../system/job-output.js'
import {identifyProcess} from '../system/process-identity.js'
import {isRotationDue, rotateLog} from '../system/rotate.js'
import {supervise} from '../system/supervise.js'
import {survivorOf} from '../system/survivor.js'
import {type Claim, claimRun} from '../usecases/claim-run.js'
import type {RunResolved} from '../usecases/resolve-run.js'
import type {RunDeps, RunRequest} from '../usecases/run-job.js'
import type {Guard} from './guard.js'
import {type AttemptPlace, catchSignals, type RunMode, readTraces, startAttempt} from './run-attempt.js'
import {tell} from './tell.js'

/** Ties `guard run`'s story to the world: processes, files, signals. */
export function runWorld(guard: Guard, run: RunResolved, mode: RunMode): {deps: RunDeps; request: RunRequest} {
  const {job, settings} = run
  const {clock} = guard
  const runId = guard.newId()
  const usable = stateIsUsable(guard, run)
  const spool = `${guard.stateDir}/spool`
  const place = {guard, run, mode, runId, spool, resultFile: `${spool}/${runId}.result.json`}
  const request = {job, runId, settings}
  return {
    request,
    deps: {
      clock,
      random: Math.random,
      runs: usable ? guard.runs() : undefined,
      claim: () => (usable ? claim(guard, run, runId) : Promise.resolve(unclaimed)),
      openOutput: () => (usable && !mode.interactive ? openOutput(place, guard.logFileOf(job)) : undefined),
      startJob: (task) => startAttempt(place, task),
      supervise: (process, {output, timeoutMs}) =>
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
      readTraces: (task, begin, exit) => readTraces(place, task, {begin, exit}),
      mend: async (deps, task) => (await import('./run-mend.js')).mend(place, deps, task),
      breaker: settings.breaker && (async () => (await import('./run-breaker.js')).runBreaker(guard, settings)),
      every: (ms, work) => {
        const timer = setInterval(work, ms)
        return () => clearInterval(timer)
      },
      warn: tell,
      log: (text) => (usable ? writeGuardianLog(guard.logDir, clock.now(), text) : undefined),
    },
  }
}

const unclaimed: Claim = {granted: true, lease: undefined, interrupted: undefined}

/** A state directory that cannot be used stops no job, unless the job's settings say that it must. */
function stateIsUsable(guard: Guard, {job, settings}: RunResolved): boolean {
  try {
    guard.ensureState()
    return true
  } catch (error) {
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

/** Opens a log for the job's output. Undefined when there can be none: then the output goes straight to the caller. */
export function openOutput({guard, run, mode, runId, spool}: AttemptPlace, logFile: string): JobOutput | undefined {
  try {
    if (isRotationDue(logFile, guard.settings.logs)) rotateLog(logFile, guard.settings.logs, guard.clock.now())
    mkdirSync(spool, {recursive: true, mode: 0o700})
    return openJobOutput({logFile, spoolFile: `${spool}/${runId}.err`, targets: mode.json ? [2, 2] : [1, 2]})
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    if (cause.syscall === undefined) throw error
    const failure = new GuardError('io', `${logFile}: ${cause.message}`, [], {cause})
    tolerate(failure, run.settings.onStateError, 'no log is kept')
    return undefined
  }
}
