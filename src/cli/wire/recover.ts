import {distrustOfPlace} from '../../config/trust.js'
import {GuardError} from '../../errors.js'
import {alertStream} from '../../journal/failure-streams.js'
import {callAfter} from '../../system/host/clock.js'
import {homeFolder} from '../../system/host/host.js'
import {endsWithThisProcess, startGuardDetached} from '../../system/process/detach.js'
import {identifyProcess} from '../../system/process/identity.js'
import {raiseAlert} from '../../usecases/alert/raise-alert.js'
import type {CrashedRun, CrashedRunsDeps} from '../../usecases/recovery/mark-crashed-runs.js'
import {type RecoverDeps, type Recovered, recover} from '../../usecases/recovery/recover.js'
import type {Guard} from '../guard.js'
import {noSlot} from '../scheduler/checked-slot.js'
import {placeArgs} from '../settings/place-args.js'
import {wireLease, wireReconcile} from './lease.js'
import {tidySpoolsOf} from './run/tidy-spools.js'

/** Whether this process goes on, or ends after what it does now. */
type Lives = 'on' | 'for-one-round'

/** What the use cases of `guard recover` need. */
export function wireRecover(guard: Guard, lives: Lives): RecoverDeps {
  const {clock, settings, journal} = guard
  return {
    ...wireReconcile(guard),
    clock,
    settings,
    runs: guard.runs(),
    cannotStart: () => (lives === 'for-one-round' && endsWithThisProcess() ? endsWithUnit : undefined),
    raiseAlert: (alert) => {
      raiseAlert({alerts: journal(alertStream), clock}, alert)
    },
    crashedRuns: (mode) => lookAfterCrashedRuns(guard, mode),
  }
}

const endsWithUnit = 'what this process starts would end with its systemd unit or container'

/** Finishes what a crash left, and says so in guardian.log. The caller starts the reruns. */
export async function recoverIn(guard: Guard, lives: Lives): Promise<Recovered> {
  const recovered = await recover(wireRecover(guard, lives))
  for (const line of logLines(recovered)) guard.log(line)
  return recovered
}

/** Removes the files that the guards of interrupted runs have left. */
export function tidyAfter(guard: Guard, {interrupted, ended}: Recovered): Promise<void> {
  return tidySpoolsOf(
    guard,
    [...interrupted, ...ended].map(({run}) => run.id),
  )
}

/** Starts a run of each job that is run again, which nothing waits for. */
export function startReruns(guard: Guard, recovered: Recovered | undefined): void {
  for (const {run, ok} of recovered?.reruns ?? []) {
    // As cron would start it.
    const cwd = homeFolder() ?? '/'
    if (ok)
      startGuardDetached(['run', ...placeArgs(guard), '--slot', noSlot, run.job], {
        cwd,
        env: {GUARD_RESUMED_RUN: run.id},
      })
  }
}

function logLines({interrupted, ended, reruns, files}: Recovered): readonly string[] {
  return [
    ...interrupted.map(({run, reason}) => `recover: ${run.job} interrupted: ${reason}, run ${run.id}`),
    ...ended.map(({run, reason, end}) => `recover: ${run.job} ended ${end?.['outcome']}: ${reason}, run ${run.id}`),
    ...reruns.map(({run, ok, reason}) =>
      ok ? `recover: ${run.job} is run again after run ${run.id}` : `recover: ${run.job} is not run again: ${reason}`,
    ),
    ...files.flatMap(({path, is, reason}) => (is === 'failed' ? [`recover: ${path} marked as failed: ${reason}`] : [])),
  ]
}

/** Loaded late: few machines have such files. */
async function lookAfterCrashedRuns(guard: Guard, mode: 'write' | 'look'): Promise<readonly CrashedRun[]> {
  const {crashedRuns: settings} = guard.settings
  if (!settings) return []
  const {inspectCrashedRuns, markCrashedRuns} = await import('../../usecases/recovery/mark-crashed-runs.js')
  const {findPaths} = await import('../../system/host/glob.js')
  const {readOwnFile, replaceOwnFile} = await import('../../system/host/replace-file.js')
  const {findOwner, readLocalNames} = await import('../../system/locks/inspect.js')
  const deps: CrashedRunsDeps = {
    ...{settings, clock: guard.clock, findPaths, findOwner, readLocalNames},
    distrustOf: (path) => distrustOfPlace(path),
    readFile: readOwnFile,
    replaceFile: replaceOwnFile(guard.newId),
    alone: (work) => alone(guard, work),
  }
  if (mode === 'write') return markCrashedRuns(deps)
  return (await inspectCrashedRuns(deps)).map(({path, is, reason}) => ({path, is, reason}))
}

/** Under this lease one guard at a time writes the files of other programs. */
const crashedRunsLease = 'guard-crashed-runs'

async function alone<T>(guard: Guard, work: () => Promise<T>): Promise<T | undefined> {
  const {holdLease} = await import('../../usecases/lease/hold-lease.js')
  const deps = wireLease(guard)
  const holder = `${deps.here.host}:${process.pid}`
  const request = {job: crashedRunsLease, holder, ttlMs: 60_000, process: identifyProcess(process.pid), waitMs: 0}
  try {
    return await holdLease({...deps, callAfter}, request, work)
  } catch (error) {
    if (error instanceof GuardError && error.kind === 'busy') return undefined
    throw error
  }
}
