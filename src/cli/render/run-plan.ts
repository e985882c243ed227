import {formatDuration} from '../../domain/clock/duration.js'
import {stepTitle} from '../../domain/recovery/plan.js'
import type {Argv, JobSettings} from '../../domain/settings/job.js'
import type {RunResolved} from '../../usecases/run/resolve-run.js'
import type {Guard} from '../guard.js'

/** `guard run --plan`: what would be done, from the same settings that a run uses; nothing is started or written. */
export function printPlan(guard: Guard, run: RunResolved, json: boolean): void {
  const command = run.argv()
  process.stdout.write(`${json ? JSON.stringify(planToJson(guard, run, command)) : planText(guard, run, command)}\n`)
}

/** Values only: null where a setting is absent, spans in milliseconds. */
function planToJson(guard: Guard, {job, settings, configured}: RunResolved, command: Argv): object {
  const {cwd, timeoutMs, silenceMs, killAfterMs, overlap, waitMs, ttlMs, jitterMs, retry, recovery, budget} = settings
  return {
    job,
    configured,
    settingsFile: guard.settings.file ?? null,
    command,
    cwd: cwd ?? null,
    timeoutMs: timeoutMs ?? null,
    silenceMs: silenceMs ?? null,
    killAfterMs,
    overlap,
    waitMs: waitMs ?? null,
    ttlMs,
    jitterMs,
    maxAttempts: retry.maxAttempts,
    recovery,
    budget: recovery.length > 0 ? budget : null,
    breaker: settings.breaker?.target ?? null,
    log: guard.logFileOf(job),
    stateDir: guard.stateDir,
  }
}

function planText(guard: Guard, {job, settings, configured}: RunResolved, command: Argv): string {
  const limit = (ms: number | undefined) => (ms === undefined ? 'none' : formatDuration(ms))
  const plan = {
    job,
    configured,
    settingsFile: guard.settings.file,
    command: JSON.stringify(command),
    cwd: settings.cwd ?? 'the working directory',
    timeout: limit(settings.timeoutMs),
    silence: limit(settings.silenceMs),
    overlap: settings.overlap,
    ttl: formatDuration(settings.ttlMs),
    attempts: settings.retry.maxAttempts,
    recovery: renderSteps(settings.recovery),
    budget:
      settings.recovery.length > 0
        ? `${settings.budget.recoveries} in ${formatDuration(settings.budget.perMs)} for each failure class`
        : 'none',
    breaker: settings.breaker?.target ?? 'none',
    log: guard.logFileOf(job),
    stateDir: guard.stateDir,
  }
  return Object.entries(plan)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(13)} ${value}`)
    .join('\n')
}

function renderSteps(steps: JobSettings['recovery']): string {
  if (steps.length === 0) return 'none'
  const lines = steps.map(
    (step) => `${stepTitle(step)}${step.when.length > 0 ? ` (only for ${step.when.join(', ')})` : ''}`,
  )
  return lines.join(`\n${' '.repeat(14)}`)
}
