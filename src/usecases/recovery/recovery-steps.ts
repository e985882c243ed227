import type {RawRecord} from '../../domain/journal/record.js'
import {askServiceBudget, countedRecoveries} from '../../domain/recovery/budget.js'
import type {Outcome} from '../../domain/run/outcome.js'
import type {AlertLevel, Argv, JobSettings, RecoveryStep} from '../../domain/settings/job.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import type {Clock} from '../../system/host/clock.js'
import type {Service} from '../../system/services/service.js'
import type {ClearedLocks} from './clear-locks.js'
import type {RestartLease} from './restart-lease.js'
import {restartService} from './restart-service.js'

/** What the steps of a recovery need of the world. */
export interface StepDeps<V extends Checked> {
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
  readonly exec: (command: Argv, timeoutMs: number) => Promise<StepResult>
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

/** What a check has found: the run's own verdict, made again. */
export interface Checked {
  readonly outcome: Outcome
  readonly detail?: string
}

/** The run that went wrong. */
export interface RecoveryRequest {
  readonly job: string
  readonly runId: string
  readonly outcome: Outcome
  readonly class: string | undefined
  /** What it died of, for alerts. */
  readonly detail: string | undefined
  readonly settings: Pick<JobSettings, 'recovery' | 'recoverOn' | 'budget'>
  readonly services: Readonly<Record<string, ServiceSettings>>
}

export interface StepResult {
  readonly ok: boolean
  /** What was seen, or why it failed. */
  readonly evidence: string
  /** Nothing was done: it does not count against the budget of its service. */
  readonly untouched?: true
}

/** What a step came to; `checked` is what a `verify` found. */
export interface Performed<V extends Checked> extends StepResult {
  readonly checked?: V
}

interface StepTask {
  readonly step: RecoveryStep
  readonly request: RecoveryRequest
  /** What others have done to the service of a restart. */
  readonly turn: RestartLease
}

/** Performs one step. Never throws: whatever goes wrong is its result, for the job's own exit code must still arrive. */
export async function performStep<V extends Checked>(deps: StepDeps<V>, task: StepTask): Promise<Performed<V>> {
  try {
    return await perform(deps, task)
  } catch (error) {
    return {ok: false, evidence: error instanceof Error ? error.message : String(error)}
  }
}

function perform<V extends Checked>(deps: StepDeps<V>, {step, request, turn}: StepTask): Promise<Performed<V>> {
  switch (step.do) {
    case 'clear-locks':
      return clear(deps, step)
    case 'restart':
      return restart(deps, request.services[step.service], {service: step.service, turn})
    case 'exec':
      return deps.exec(step.command, step.timeoutMs)
    case 'alert':
      return alert(deps, step, request)
    case 'wait':
      return wait(deps, step)
    case 'verify':
      return verify(deps, step)
  }
}

type StepOf<D extends RecoveryStep['do']> = Extract<RecoveryStep, {do: D}>

async function clear(deps: Pick<StepDeps<Checked>, 'clearLocks'>, step: StepOf<'clear-locks'>): Promise<StepResult> {
  const {locks, cleared, quarantineId, unreadable} = await deps.clearLocks({
    patterns: step.files,
    minAgeMs: step.minAgeMs,
  })
  const kept = locks.filter(({path}) => !cleared.includes(path))
  const reasons = kept.map(({path, reason}) => `${fileName(path)} ${reason}`)
  const evidence = [
    quarantineId === undefined ? `cleared none of ${locks.length}` : `cleared ${cleared.length} into ${quarantineId}`,
    ...(reasons.length > 0 ? [`kept ${reasons.length}: ${reasons.join('; ')}`] : []),
    ...(unreadable.length > 0 ? [`could not look into ${unreadable.join(', ')}`] : []),
  ]
  return {ok: unreadable.length === 0, evidence: evidence.join(', ')}
}

async function restart(
  deps: RestartDeps,
  settings: ServiceSettings | undefined,
  {service, turn}: {readonly service: string; readonly turn: RestartLease},
): Promise<StepResult> {
  if (!settings) return {ok: false, evidence: `the settings have no service ${service}`}
  if (turn.is === 'busy') return {ok: false, evidence: `not restarted: ${turn.reason}`, untouched: true}
  const done = turn.is === 'restarted' && (await doneBy(turn.by, service, deps.openService(settings)))
  if (done) return done
  const now = deps.clock.now()
  // Read anew: while this recovery waited for its turn, others may have spent the budget.
  const past = countedRecoveries(deps.newestRuns(), now - settings.budget.perMs)
  const budget = askServiceBudget(past, service, {budget: settings.budget, now})
  if (!budget.granted) return {ok: false, evidence: `not restarted: ${budget.reason}`, untouched: true}
  return restartService({...deps, service: deps.openService(settings)}, settings)
}

type RestartDeps = Pick<StepDeps<Checked>, 'clock' | 'openService' | 'signal' | 'newestRuns'>

/** What another run's restart is worth to this one; undefined when the service is not up any more. */
async function doneBy(run: string, name: string, service: Service): Promise<StepResult | undefined> {
  const {state, detail} = await service.isUp()
  if (state !== 'up' && state !== 'uncheckable') return undefined
  return {
    ok: true,
    evidence: `not restarted: run ${run} has just restarted ${name}${detail && `; ${detail}`}`,
    untouched: true,
  }
}

async function alert(
  deps: Pick<StepDeps<Checked>, 'clock' | 'raiseAlert' | 'writeAlertFile'>,
  step: StepOf<'alert'>,
  {job, runId, outcome, class: failureClass, detail}: RecoveryRequest,
): Promise<StepResult> {
  const why = [failureClass, detail].filter(Boolean).join(': ')
  const message = step.message ?? `${job} is ${outcome}${why === '' ? '' : ` (${why})`}`
  const details = {run: runId, outcome, class: failureClass, detail}
  // The alert comes first: a full disk that takes no file may still take its line.
  deps.raiseAlert({level: step.level, component: job, job, message, details})
  if (step.file === undefined) return {ok: true, evidence: message}
  const at = new Date(deps.clock.now())
  const text = `${at.toISOString()} ${step.level} ${job}: ${message}\nrun ${runId}, outcome ${outcome}\n`
  return {ok: true, evidence: `${message}; written to ${deps.writeAlertFile(alertFileName(step.file, job, at), text)}`}
}

/** `{timestamp}` as today's alert files have it: `20260105_141503`, in UTC. */
function alertFileName(pattern: string, job: string, at: Date): string {
  const [date = '', time = ''] = at
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .split('T')
  return pattern.replaceAll('{timestamp}', `${date}_${time}`).replaceAll('{job}', job)
}

async function wait({clock, signal}: Pick<StepDeps<Checked>, 'clock' | 'signal'>, {forMs}: StepOf<'wait'>) {
  await clock.sleep(forMs, signal)
  return signal.aborted ? {ok: false, evidence: 'guard was asked to end'} : {ok: true, evidence: ''}
}

/** Checks once, or until the job is healthy or the deadline has passed; a check that runs is never cut off. */
async function verify<V extends Checked>(deps: StepDeps<V>, step: StepOf<'verify'>): Promise<Performed<V>> {
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

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
