import type {JobSettings, OutputSettings} from './job-settings.js'
import {type Settings, settingsOfJob} from './settings.js'
import type {Limits} from './watchdog-facts.js'

/** A job as the watchdog is told to look after it. */
export interface WatchedJob {
  readonly name: string
  readonly schedule: string | undefined
  readonly timezone: string | undefined
  readonly outputs: readonly OutputSettings[]
  /** Folder of the outputs' patterns. */
  readonly dir: string | undefined
  readonly limits: Limits
  readonly openclawId: string | undefined
}

/** The jobs of the settings that are to be watched, those that only OpenClaw knows included. */
export function watchedJobs(settings: Settings): readonly WatchedJob[] {
  const ofOpenClaw = settings.openclaw?.jobs ?? {}
  const names = new Set([...Object.keys(settings.jobs), ...Object.keys(ofOpenClaw)])
  return [...names]
    .map((name) => ({name, job: settingsOfJob(settings, name)}))
    .filter(({name, job}) => job.watch || !Object.hasOwn(settings.jobs, name))
    .map(({name, job}) => watchedJob(name, job, settings))
}

function watchedJob(name: string, job: JobSettings, {watchdog, openclaw}: Settings): WatchedJob {
  const {schedule, timezone, outputs, dir, freshForMs, graceMs} = job
  const own = openclaw && Object.hasOwn(openclaw.jobs, name) ? openclaw.jobs[name] : undefined
  const vetoForMs = (own?.maxRunningMs ?? openclaw?.maxRunningMs ?? 0) + (openclaw?.graceMs ?? 0)
  return {
    name,
    schedule,
    timezone,
    outputs,
    dir,
    limits: {freshForMs, graceMs: graceMs + job.jitterMs, vetoForMs, bootGraceMs: watchdog.bootGraceMs},
    openclawId: job.openclawId ?? own?.id,
  }
}

/** Changes when the job is to do something else than before: what it has not done yet is then no reproach. */
export function watchedAs({schedule, timezone, outputs, limits}: WatchedJob): string {
  return JSON.stringify([schedule, timezone, limits.graceMs, outputs.map(({files, maxAgeMs}) => [files, maxAgeMs])])
}
