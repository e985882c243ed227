import type {Leases} from '../../domain/lease/lease.js'
import {reportLease} from '../../domain/lease/report.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import {hasTakenPlace, type Run} from '../../domain/run/run.js'
import {jobNames, type Settings} from '../../domain/settings/settings.js'
import {closestNames} from '../../domain/settings/suggest.js'
import {problemsOfJob} from '../../domain/settings/wrong.js'
import {type ErrorKind, GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {DetachedGuard} from '../../system/process/detach.js'
import {clockReading, type LeaseDeps} from '../lease/lease.js'

export interface TriggerDeps extends Pick<LeaseDeps, 'clock' | 'here'> {
  readonly settings: Pick<Settings, 'jobs' | 'wrong' | 'file'>
  readonly runs: Pick<Journal<RunsByJob>, 'read'>
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly newId: () => string
  /** Starts `guard run` of a job under this id, in a session of its own. */
  readonly start: (job: string, runId: string) => DetachedGuard
}

/** A run that was started by hand. */
export interface Triggered {
  readonly job: string
  readonly runId: string
  /**
   * - waiting: the job waits for another run of it, as its settings have it, and starts after that one
   * - unrecorded: no record of the run is found, as where the state directory cannot be written
   */
  readonly state: 'started' | 'waiting' | 'unrecorded'
  readonly startedGuard: DetachedGuard
}

const pollMs = 20
/** A run that waits for another one may do so for hours; who triggers it need not. */
const usualWaitMs = 10_000

/**
 * Starts a job of the settings now. Returns once its run has its lease. Throws GuardError `usage` for an unknown job,
 * `config` for one with wrong settings, `busy` (with the lease of the holder) or `breaker-open` for a run that is refused.
 *
 * @param waitMs how long to wait for a run that waits for another one
 */
export async function triggerJob(deps: TriggerDeps, job: string, waitMs = usualWaitMs): Promise<Triggered> {
  refuseUnknown(deps.settings, job)
  const runId = deps.newId()
  const startedGuard = deps.start(job, runId)
  const deadline = deps.clock.mono() + waitMs
  let ended: {readonly code: number | undefined} | undefined
  void startedGuard.ended.then((code) => {
    ended = {code}
  })
  for (;;) {
    // Asked before the records are read: a run that has ended by now is on record.
    const end = ended
    const run = deps.runs
      .read()
      .get(job)
      ?.runs.find(({id}) => id === runId)
    if (run && hasTakenPlace(run)) return {job, runId, state: 'started', startedGuard}
    if (run || end) {
      refuseEnded(deps, {job, runId, code: await startedGuard.ended, run})
      return {job, runId, state: 'unrecorded', startedGuard}
    }
    if (deps.clock.mono() > deadline) return {job, runId, state: stateWithoutRecord(deps, job), startedGuard}
    await deps.clock.sleep(pollMs)
  }
}

function stateWithoutRecord({leases, ...deps}: TriggerDeps, job: string): 'waiting' | 'unrecorded' {
  const lease = leases.read().byJob.get(job)
  return lease && reportLease(lease, clockReading(deps)).state === 'held' ? 'waiting' : 'unrecorded'
}

function refuseUnknown({jobs, wrong, file}: TriggerDeps['settings'], job: string): void {
  const hints = ['correct it and check it: guard config check']
  const problems = problemsOfJob(wrong, job)
  if (problems !== undefined)
    throw new GuardError('config', `job ${job} does not run, because its settings are wrong: ${problems}`, hints)
  const known = Object.hasOwn(jobs, job) ? jobs[job] : undefined
  if (wrong?.refusal !== undefined) throw new GuardError('config', `job ${job} does not run: ${wrong.refusal}`, hints)
  if (!known) {
    const near = closestNames(job, jobNames({jobs, ...(wrong && {wrong})})).slice(0, 3)
    throw new GuardError('usage', `no job ${JSON.stringify(job)} in ${file ?? 'the settings, for there are none'}`, [
      ...near.map((name) => `did you mean ${name}?`),
      'see the jobs: guard config show',
    ])
  }
  if (known.script === undefined && known.command === undefined)
    throw new GuardError('usage', `job ${job} has neither script nor command in the settings`, [
      `add one to ${file}: jobs.${job}.script`,
    ])
}

interface EndedStart {
  readonly job: string
  readonly runId: string
  readonly code: number | undefined
  /** Its record, if it was refused. */
  readonly run: Run | undefined
}

/** Exit codes of guard's own for a run that leaves no record. */
const kinds: Readonly<Record<number, ErrorKind>> = {64: 'usage', 73: 'no-state', 74: 'io', 78: 'config'}
const [breakerOpenCode, storeFaultCode, unaddressedCode] = [69, 74, 78]

/** Throws the reason why a guard has ended without a run. @returns for a run whose record is not kept any more */
function refuseEnded(deps: TriggerDeps, {job, runId, code, run}: EndedStart): void {
  if (run && (code === storeFaultCode || code === unaddressedCode))
    throw new GuardError(
      code === storeFaultCode ? 'io' : 'config',
      `${job} was not started: ${run.detail ?? 'it was skipped'}`,
      ['look at the store of the fleet: guard fleet check'],
    )
  if (run) {
    const lease = deps.leases.read().byJob.get(job)
    const holder =
      lease && lease.holder !== runId && !lease.released ? {lease: reportLease(lease, clockReading(deps))} : {}
    const details = {job, runId, ...(code !== breakerOpenCode && holder)}
    const message = `${job} was not started: ${run.detail ?? 'it was skipped'}`
    const hints =
      code === breakerOpenCode ? ['see the breakers: guard breaker list'] : [`see the holder: guard lease show ${job}`]
    throw new GuardError(code === breakerOpenCode ? 'breaker-open' : 'busy', message, hints, {details})
  }
  if (code === undefined) throw new GuardError('internal', `guard itself could not be started for ${job}`)
  const kind = kinds[code]
  if (kind !== undefined)
    throw new GuardError(kind, `${job} was not started: its guard ended with exit code ${code}`, [
      `see the reason: guard run ${job}`,
    ])
}
