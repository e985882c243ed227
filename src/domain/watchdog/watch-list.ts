import type {JobSettings} from '../settings/job.js'
import {type Settings, settingsOfJob} from '../settings/settings.js'
import type {WatchedJob} from './watched-job.js'

/** The watched jobs of the settings, those that are named under `openclaw.jobs` alone included. */
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
