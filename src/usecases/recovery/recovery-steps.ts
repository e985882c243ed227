import {lastPartOf} from '../../domain/job/path-text.js'
import type {RawRecord} from '../../domain/journal/record.js'
import {askServiceBudget, countedSteps, noticeInWindow, unknownClass} from '../../domain/recovery/budget.js'
import type {Outcome, RunResult} from '../../domain/run/outcome.js'
import type {AlertLevel, Argv, JobSettings, RecoveryStep} from '../../domain/settings/job.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import type {Clock} from '../../system/host/clock.js'
import type {ExecResult} from '../../system/services/exec-step.js'
import type {Service} from '../../system/services/service.js'
import type {ClearedLocks} from './clear-locks.js'
import type {RestartLease} from './restart-lease.js'
import {restartService} from './restart-service.js'

/** What the steps of a recovery work with. */
export interface StepDeps<V extends RunResult> {
  readonly clock: Clock
  /** guard was asked to end: waiting stops, and no further step begins. */
  readonly signal: AbortSignal
  /** Patterns are relative to the job's folder. */
  readonly clearLocks: (locks: {
    readonly patterns: readonly string[]
    readonly minAgeMs: number
  }) => Promise<ClearedLocks>
  /** The runs journal, newest record first; it is read no further back than the longest budget reaches. */
  readonly newestRuns: () => Iterable<RawRecord>
  readonly openService: (settings: ServiceSettings) => Service
  /** Runs a command line in the job's folder. */
  readonly exec: (command: Argv, timeoutMs: number) => Promise<ExecResult>
  /** An alert with a key that was raised before is raised no more. */
  readonly raiseAlert: (alert: RecoveryAlert) => void
  /** Writes a new file into the log folder and returns its path; one of that name is never overwritten. */
  readonly writeAlertFile: (name: string, text: string) => string
  /** Runs the job's check again. */
  readonly verify: () => Promise<V>
}

export interface RecoveryAlert {
  readonly level: AlertLevel
  readonly component: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  readonly job: string
  readonly key?: string
}

/** The run that went wrong. */
export interface RecoveryRequest {
  readonly job: string
  readonly runId: string
  readonly outcome: Outcome
  readonly class: string | undefined
  /** Why it failed, for alerts. */
  readonly detail: string | undefined
  readonly settings: Pick<JobSettings, 'recovery' | 'recoverOn' | 'budget'>
  readonly services: Readonly<Record<string, ServiceSettings>>
}

export interface StepResult extends ExecResult {
  /** Absent if nothing was changed: then there is nothing to verify. Only what this run did counts against budgets. */
  readonly changedBy?: 'this-run' | 'another-run'
  /** An alert that was raised before within the window of the budget. */
  readonly suppressed?: true
}

/** How a step ended; `checked` is what a `verify` found. */
export interface Performed<V extends RunResult> extends StepResult {
  readonly checked?: V
}

interface StepTask {
  readonly step: RecoveryStep
  readonly request: RecoveryRequest
  /** Of the service of a restart: what other runs have done to it. */
  readonly lease: RestartLease
}

/** The job and failure class whose budget a recovery is charged to. */
export function jobClass({job, class: failureClass}: Pick<RecoveryRequest, 'job' | 'class'>) {
  return {job, class: failureClass ?? unknownClass}
}

/** Performs one step. Never rejects: what goes wrong is its result, because the job's own exit code must still arrive. */
export async function performStep<V extends RunResult>(deps: StepDeps<V>, task: StepTask): Promise<Performed<V>> {
  try {
    return await perform(deps, task)
  } catch (error) {
    // How far a restart or command came is not known, so it counts.
    const isActing = task.step.do === 'restart' || task.step.do === 'exec'
    const evidence = error instanceof Error ? error.message : String(error)
    return {ok: false, evidence, ...(isActing && {changedBy: 'this-run'})}
  }
}

function perform<V extends RunResult>(deps: StepDeps<V>, {step, request, lease}: StepTask): Promise<Performed<V>> {
  switch (step.do) {
    case 'clear-locks':
      return clear(deps, step)
    case 'restart':
      return restart(deps, request.services[step.service], {service: step.service, lease})
    case 'exec':
      return exec(deps, step)
    case 'alert':
      return alert(deps, step, request)
    case 'wait':
      return wait(deps, step)
    case 'verify':
      return verify(deps, step)
  }
}

type StepOf<D extends RecoveryStep['do']> = Extract<RecoveryStep, {do: D}>

async function clear(deps: Pick<StepDeps<RunResult>, 'clearLocks'>, step: StepOf<'clear-locks'>): Promise<StepResult> {
  const {locks, cleared, quarantineId, unreadable} = await deps.clearLocks({
    patterns: step.files,
    minAgeMs: step.minAgeMs,
  })
  const kept = locks.filter(({path}) => !cleared.includes(path))
  const reasons = kept.map(({path, reason}) => `${lastPartOf(path)} ${reason}`)
  const evidence = [
    quarantineId === undefined ? `cleared none of ${locks.length}` : `cleared ${cleared.length} into ${quarantineId}`,
    ...(reasons.length > 0 ? [`kept ${reasons.length}: ${reasons.join('; ')}`] : []),
    ...(unreadable.length > 0 ? [`could not read ${unreadable.join(', ')}`] : []),
  ]
  const ok = unreadable.length === 0
  return {ok, evidence: evidence.join(', '), ...(cleared.length > 0 && {changedBy: 'this-run'})}
}

async function exec(deps: Pick<StepDeps<RunResult>, 'exec'>, step: StepOf<'exec'>): Promise<StepResult> {
  return counted(await deps.exec(step.command, step.timeoutMs))
}

async function restart(
  deps: RestartDeps,
  settings: ServiceSettings | undefined,
  {service, lease}: {readonly service: string; readonly lease: RestartLease},
): Promise<StepResult> {
  if (!settings) return {ok: false, evidence: `the settings have no service ${service}`}
  if (lease.is === 'busy') return {ok: false, evidence: `not restarted: ${lease.reason}`}
  const done = lease.is === 'restarted' && (await restartedBy(lease.by, service, deps.openService(settings)))
  if (done) return done
  const now = deps.clock.now()
  // Read again: while this recovery waited for the lease, other runs may have spent the budget.
  const past = countedSteps(deps.newestRuns(), now - settings.budget.perMs)
  const budget = askServiceBudget(past, service, {budget: settings.budget, now})
  if (!budget.granted) return {ok: false, evidence: `not restarted: ${budget.reason}`}
  return counted(await restartService({...deps, service: deps.openService(settings)}, settings))
}

/** A command or restart counts whether it worked or not, unless it could not even be started. */
function counted(result: ExecResult): StepResult {
  return result.notStarted ? result : {...result, changedBy: 'this-run'}
}

type RestartDeps = Pick<StepDeps<RunResult>, 'clock' | 'openService' | 'signal' | 'newestRuns'>

/** @returns undefined if the service that another run has restarted is down again */
async function restartedBy(run: string, name: string, service: Service): Promise<StepResult | undefined> {
  const {state, detail} = await service.isUp()
  if (state !== 'up' && state !== 'uncheckable') return undefined
  return {
    ok: true,
    evidence: `not restarted: run ${run} has just restarted ${name}${detail && `; ${detail}`}`,
    changedBy: 'another-run',
  }
}

type AlertDeps = Pick<StepDeps<RunResult>, 'clock' | 'raiseAlert' | 'writeAlertFile' | 'newestRuns'>

async function alert(deps: AlertDeps, step: StepOf<'alert'>, request: RecoveryRequest): Promise<StepResult> {
  const {job, runId, outcome, class: failureClass, detail} = request
  const earlier = earlierAlert(deps, step, request)
  if (earlier !== undefined) return {ok: true, evidence: earlier, suppressed: true}
  const why = [failureClass, detail].filter(Boolean).join(': ')
  const message = step.message ?? `${job} is ${outcome}${why === '' ? '' : ` (${why})`}`
  const details = {runId, outcome, class: failureClass, detail}
  // The alert comes first: a full disk that takes no file may still take its line.
  deps.raiseAlert({level: step.level, component: job, job, message, details})
  if (step.file === undefined) return {ok: true, evidence: message}
  const at = new Date(deps.clock.now())
  const text = `${at.toISOString()} ${step.level} ${job}: ${message}\nrun ${runId}, outcome ${outcome}\n`
  return {ok: true, evidence: `${message}; written to ${deps.writeAlertFile(alertFileName(step.file, job, at), text)}`}
}

/** A job that fails every minute raises each of its alerts once for each window of its budget. */
function earlierAlert(deps: AlertDeps, {level}: StepOf<'alert'>, request: RecoveryRequest): string | undefined {
  const {budget} = request.settings
  const question = {budget, now: deps.clock.now()}
  const past = countedSteps(deps.newestRuns(), question.now - budget.perMs)
  const raised = noticeInWindow(past, {...jobClass(request), run: request.runId, do: 'alert', level}, question)
  if (!raised) return undefined
  const again = new Date(raised.at + budget.perMs).toISOString()
  return `raised by run ${raised.run} at ${new Date(raised.at).toISOString()}; raised again from ${again}`
}

/** `{timestamp}` as today's alert files have it: `20260105_141503`, in UTC. */
function alertFileName(pattern: string, job: string, at: Date): string {
  const [date = '', time = ''] = at
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .split('T')
  return pattern.replaceAll('{timestamp}', `${date}_${time}`).replaceAll('{job}', job)
}

async function wait({clock, signal}: Pick<StepDeps<RunResult>, 'clock' | 'signal'>, {forMs}: StepOf<'wait'>) {
  await clock.sleep(forMs, signal)
  return signal.aborted ? {ok: false, evidence: 'guard was asked to end'} : {ok: true, evidence: ''}
}

/** Verifies once, or until the job is healthy or the deadline has passed; a check that runs is never stopped. */
async function verify<V extends RunResult>(deps: StepDeps<V>, step: StepOf<'verify'>): Promise<Performed<V>> {
  const {clock, signal} = deps
  const deadline = clock.mono() + (step.deadlineMs ?? 0)
  let checks = 1
  let checked = await deps.verify()
  while (checked.outcome !== 'healthy' && clock.mono() + step.pollMs <= deadline && !signal.aborted) {
    await clock.sleep(step.pollMs, signal)
    checked = await deps.verify()
    checks++
  }
  const found = checked.detail === undefined ? checked.outcome : `${checked.outcome}: ${checked.detail}`
  return {checked, ok: checked.outcome === 'healthy', evidence: checks === 1 ? found : `${found} (check ${checks})`}
}
