import {formatDuration} from '../domain/duration.js'
import type {RunResolved} from '../usecases/resolve-run.js'
import type {Guard} from './guard.js'

/** `guard run --plan`: what would be done, from the same facts that a run uses; nothing is started or written. */
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
    recovery: settings.recovery,
    log: guard.logFileOf(job),
    stateDir: guard.stateDir,
  }
  const text = Object.entries(plan)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(13)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join('\n')
  process.stdout.write(`${json ? JSON.stringify(plan) : text}\n`)
}
