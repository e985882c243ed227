import {formatDuration} from '../../domain/clock/duration.js'
import {stepTitle} from '../../domain/recovery/plan.js'
import type {Argv, JobSettings} from '../../domain/settings/job.js'
import type {RunResolved} from '../../usecases/run/resolve-run.js'
import type {Guard} from '../guard.js'
import {jsonLine, writeOut, writeRendered} from '../output/stdout.js'

/** `guard run --plan`: what would be done, from the same settings that a run uses; nothing is started or written. */
export function printPlan(guard: Guard, run: RunResolved, json: boolean): void {
  const command = run.argv()
  if (json) writeOut(jsonLine(planToJson(guard, run, command)))
  else writeRendered(planText, planOf(guard, run, command))
}

/** Values only: null where a setting is absent, spans in milliseconds. */
function planToJson(guard: Guard, {job, settings, configured}: RunResolved, command: Argv): object {
  const {cwd, timeoutMs, silenceMs, killAfterMs, scope, overlap, waitMs, ttlMs, jitterMs} = settings
  const {retry, recovery, budget} = settings
  return {
    job,
    configured,
    settingsFile: guard.settings.file ?? null,
    command,
    cwd: cwd ?? null,
    timeoutMs: timeoutMs ?? null,
    silenceMs: silenceMs ?? null,
    killAfterMs,
    scope,
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

function planOf(guard: Guard, {job, settings, configured}: RunResolved, command: Argv) {
  const limit = (ms: number | undefined) => (ms === undefined ? 'none' : formatDuration(ms))
  return {
    job,
    configured,
    settingsFile: guard.settings.file,
    command: JSON.stringify(command),
    cwd: settings.cwd ?? 'the working directory',
    timeout: limit(settings.timeoutMs),
    silence: limit(settings.silenceMs),
    scope: settings.scope,
    overlap: settings.overlap,
    ttl: formatDuration(settings.ttlMs),
    attempts: settings.retry.maxAttempts,
    recovery: stepTexts(settings.recovery),
    budget:
      settings.recovery.length > 0
        ? `${settings.budget.recoveries} in ${formatDuration(settings.budget.perMs)} for each failure class`
        : 'none',
    breaker: settings.breaker?.target ?? 'none',
    log: guard.logFileOf(job),
    stateDir: guard.stateDir,
  }
}

function planText(plan: ReturnType<typeof planOf>): string {
  return Object.entries(plan)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(13)} ${Array.isArray(value) ? value.join(`\n${' '.repeat(14)}`) : value}`)
    .join('\n')
}

function stepTexts(steps: JobSettings['recovery']): readonly string[] {
  if (steps.length === 0) return ['none']
  return steps.map((step) => `${stepTitle(step)}${step.when.length > 0 ? ` (only for ${step.when.join(', ')})` : ''}`)
}
