import {accessSync, existsSync, constants as fsConstants, mkdirSync} from 'node:fs'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {Lease, Leases} from '../../domain/lease/lease.js'
import {heartbeatState, watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import {GuardError} from '../../errors.js'
import {longestTimerMs} from '../../system/host/clock.js'
import {readBootId, readHostName, signalNumber, temporaryFolder} from '../../system/host/host.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {identifyProcess} from '../../system/process/identity.js'
import {supervise} from '../../system/process/supervise.js'
import {type Claim, claimRun} from '../../usecases/run/claim-run.js'
import type {RunResolved} from '../../usecases/run/resolve-run.js'
import type {RunRequest} from '../../usecases/run/run-end.js'
import type {RunDeps} from '../../usecases/run/run-job.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../stderr.js'
import {catchSignals, collectEvidence, type RunContext, type RunMode, startAttempt} from './run-attempt.js'
import {openOutput, recoverSpools, spoolDir, tolerate} from './run-output.js'

interface WiredRun {
  readonly deps: RunDeps
  readonly request: RunRequest
  /** What can wait until the run is over and recorded. */
  readonly afterwards: () => Promise<void>
}

/** Ties `guard run`'s story to the world: processes, files, signals. */
export function wireRun(guard: Guard, run: RunResolved, mode: RunMode): WiredRun {
  const {job, settings} = run
  const {clock} = guard
  const runId = guard.newId()
  const usable = stateIsUsable(guard, run)
  const spool = usable ? spoolDir(guard) : temporaryFolder()
  const place = {guard, run, mode, runId, spool, resultFile: `${spool}/guard-${runId}.result.json`}
  const request = {job, runId, settings}
  const watchdog = watchdogLook(guard)
  return {
    request,
    afterwards: async () => {
      // The last lines may be those that made the journals long.
      if (usable && haveGrown(guard)) tidyJournals(guard)
      await watchdog.report()
    },
    deps: {
      clock,
      random: Math.random,
      runs: usable ? guard.runs() : undefined,
      claim: () => (usable ? claim(place, watchdog.look) : Promise.resolve(unclaimed)),
      salvage: (killed) => recoverSpools(guard, job, killed),
      openOutput: () => (usable && !mode.interactive ? openOutput(place, guard.logFileOf(job), runId) : undefined),
      startJob: async (task) => {
        const job = await startAttempt(place, task)
        if (usable && haveGrown(guard)) setImmediate(() => tidyJournals(guard))
        return job
      },
      supervise: (process, {output, timeoutMs}) =>
        supervise(
          process,
          {
            timeoutMs,
            silenceMs: output ? settings.silenceMs : undefined,
            killAfterMs: settings.killAfterMs,
            lastWriteMs: () => output?.lastWriteMs() ?? 0,
          },
          async (ended, killAfterMs) =>
            (await import('../../system/process/stop-process-group.js')).stopProcessGroup(ended, killAfterMs, runId),
        ),
      catchSignals: () => catchSignals(mode.interactive),
      signalNumber,
      collectEvidence: (task, begin, exit) => collectEvidence(place, task, {begin, exit}),
      mend: async (deps, task) => (await import('./recovery.js')).mend(place, deps, task),
      breaker: settings.breaker && (async () => (await import('./run-breaker.js')).runBreaker(guard, settings)),
      every: (ms, work) => {
        const timer = setInterval(work, Math.min(ms, longestTimerMs)).unref()
        return () => clearInterval(timer)
      },
      warn: tellOnce(),
      log: (text) => (usable ? guard.log(text) : undefined),
    },
  }
}

function haveGrown(guard: Guard): boolean {
  return guard.leases().hasGrown() || guard.runs().hasGrown()
}

/** Once the job runs, there is time, and after its end; every hundredth line or so calls for a snapshot. */
function tidyJournals(guard: Guard): void {
  try {
    if (guard.leases().hasGrown()) guard.leases().compactIfDue()
    if (guard.runs().hasGrown()) guard.runs().compactIfDue()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    printWarning(`the journals were not compacted: ${error.message}`)
  }
}

const unclaimed: Claim = {granted: true, lease: undefined, interrupted: undefined}

/** A disk that is full speaks up at every record; once is enough. */
function tellOnce(): (text: string) => void {
  const told = new Set<string>()
  return (text) => {
    if (!told.has(text)) printWarning(text)
    told.add(text)
  }
}

function stateIsUsable(guard: Guard, {job, settings}: RunResolved): boolean {
  try {
    guard.ensureState()
    if (!existsSync(spoolDir(guard))) mkdirSync(spoolDir(guard), {recursive: true, mode: 0o700})
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

type Look = (leases: Leases) => void

/** A late watchdog is seen when the leases are read for the claim, and told when the run is over. */
function watchdogLook(guard: Guard): {readonly look: Look; readonly report: () => Promise<void>} {
  let late: {readonly lease: Lease; readonly seen: ClockReading} | undefined
  return {
    look: ({byJob}) => {
      const lease = byJob.get(watchdogLease)
      if (!lease) return
      const seen = {at: guard.clock.now(), mono: guard.clock.mono(), host: readHostName(), boot: readBootId()}
      const {is} = heartbeatState(lease, seen, guard.settings.watchdog.lateAfterMs)
      late = is === 'late' ? {lease, seen} : undefined
    },
    report: async () => {
      if (late) (await import('./late-watchdog.js')).alertIfLate(guard, late.lease, late.seen)
    },
  }
}

async function claim({guard, run, runId}: RunContext, sawLeases: Look): Promise<Claim> {
  const {job, settings} = run
  const here = {host: readHostName(), boot: readBootId()}
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
        survivorOf: (lease) => livingProcessOf(lease, here),
        endJob: async (lease) =>
          (await import('../../system/process/stop-other-run.js')).stopOtherRun(lease, settings.killAfterMs),
        sawLeases,
        warn: printWarning,
      },
      {job, runId, ttlMs: settings.ttlMs, overlap: settings.overlap, waitMs: settings.waitMs},
    )
  } catch (error) {
    tolerate(error, settings.onStateError, `${job} runs without lease`)
    return unclaimed
  }
}
