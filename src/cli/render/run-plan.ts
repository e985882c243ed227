import {formatDuration} from '../../domain/clock/duration.js'
import {stepTitle} from '../../domain/recovery/plan.js'
import type {RunResolved} from '../../usecases/run/resolve-run.js'
import type {Guard} from '../guard.js'

/** `guard run --plan`: what would be done, from the same settings that a run uses; nothing is started or written. */
export function printPlan(guard: Guard, {job, settings, argv, configured}: RunResolved, json: boolean): void {
  const command = argv()
  const limit = (ms: number | undefined) => (ms === undefined ? 'none' : formatDuration(ms))
  const plan = {
    job,
    configured,
    settingsFile: guard.settings.file,
    command,
    cwd: settings.cwd ?? 'the working directory',
    timeout: limit(settings.timeoutMs),
    silence: limit(settings.silenceMs),
    overlap: settings.overlap,
    ttl: formatDuration(settings.ttlMs),
    attempts: settings.retry.maxAttempts,
    recovery: settings.recovery.map((step) => ({...step, title: stepTitle(step)})),
    budget:
      settings.recovery.length > 0
        ? `${settings.budget.recoveries} in ${formatDuration(settings.budget.perMs)} for each failure class`
        : 'none',
    breaker: settings.breaker?.target ?? 'none',
    log: guard.logFileOf(job),
    stateDir: guard.stateDir,
  }
  const text = Object.entries(plan)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(13)} ${name === 'recovery' ? renderSteps(plan.recovery) : shown(value)}`)
    .join('\n')
  process.stdout.write(`${json ? JSON.stringify(plan) : text}\n`)
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function renderSteps(steps: readonly {readonly title: string; readonly when: readonly string[]}[]): string {
  if (steps.length === 0) return 'none'
  const lines = steps.map(({title, when}) => `${title}${when.length > 0 ? ` (only for ${when.join(', ')})` : ''}`)
  return lines.join(`\n${' '.repeat(14)}`)
}
