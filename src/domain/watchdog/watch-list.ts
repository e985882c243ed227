import {jobNames, type Settings, settingsOfJob} from '../settings/settings.js'
import {problemsOfJob, wrongWatchedJobs} from '../settings/wrong.js'
import type {WatchedJob} from './watched-job.js'

/** Whether the settings name the job, though perhaps wrongly, or as one that is not watched. */
export function isNamed(job: string, settings: Settings): boolean {
  return jobNames(settings).includes(job) || Object.hasOwn(settings.openclaw?.jobs ?? {}, job)
}

/** The watched jobs of the settings, those that are named under `openclaw.jobs` alone included. */
export function watchedJobs(settings: Settings): readonly WatchedJob[] {
  const ofOpenClaw = settings.openclaw?.jobs ?? {}
  const names = new Set([
    ...Object.keys(settings.jobs),
    ...wrongWatchedJobs(settings.wrong),
    ...Object.keys(ofOpenClaw),
  ])
  return [...names].flatMap((name) => watchedJob(name, settings) ?? [])
}

/**
 * A job as it is watched, also one that the settings do not name.
 *
 * @returns undefined if the settings say that it is not watched
 */
export function watchedJob(name: string, settings: Settings): WatchedJob | undefined {
  const {watch} = settingsOfJob(settings, name)
  return watch || !Object.hasOwn(settings.jobs, name) ? asWatched(name, settings) : undefined
}

/** Any job as if it were watched, for who asks how it is. */
export function asWatched(name: string, settings: Settings): WatchedJob {
  const {watchdog, openclaw} = settings
  const job = settingsOfJob(settings, name)
  const settingsProblem = settingsProblemOf(name, settings)
  const {schedule, timezone, outputs, dir, freshForMs, graceMs} = job
  const own = openclaw && Object.hasOwn(openclaw.jobs, name) ? openclaw.jobs[name] : undefined
  const vetoForMs = (own?.maxRunningMs ?? openclaw?.maxRunningMs ?? 0) + (openclaw?.graceMs ?? 0)
  return {
    name,
    schedule,
    timezone,
    outputs,
    dir,
    limits: {
      freshForMs,
      graceMs: graceMs + job.jitterMs,
      vetoForMs,
      bootGraceMs: watchdog.bootGraceMs,
      wellForMs: watchdog.flapping.wellForMs,
      longestRunMs: job.longestRunMs,
      hasTimeout: job.timeoutMs !== undefined,
    },
    // No reset ends what only a correction of the settings ends.
    openclawId: settingsProblem === undefined ? (job.openclawId ?? own?.id) : undefined,
    settingsProblem,
  }
}

/** Why `guard run` refuses the job; one that `guard run` cannot start is not refused either. */
function settingsProblemOf(name: string, {jobs, wrong}: Settings): string | undefined {
  const own = problemsOfJob(wrong, name)
  if (own !== undefined) return `its settings are wrong: ${own}`
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined
  return job?.script === undefined && job?.command === undefined ? undefined : wrong?.refusal
}
