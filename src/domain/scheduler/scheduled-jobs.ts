import type {Settings} from '../settings/settings.js'
import {problemsOfJob} from '../settings/wrong.js'
import type {ScheduledJob} from './decide.js'
import type {WrongScheduledJob} from './scheduler.js'

/** The jobs that a scheduler starts: those with a schedule and something to run, but for those whose settings are wrong. */
export function jobsToSchedule({jobs, wrong}: Pick<Settings, 'jobs' | 'wrong'>): readonly ScheduledJob[] {
  return Object.entries(jobs).flatMap(([name, job]) => {
    const {schedule, timezone, spreadMs, catchUp, script, command, overlap, waitMs, jitterMs} = job
    const isRunnable = script !== undefined || command !== undefined
    if (schedule === undefined || !isRunnable || (wrong && Object.hasOwn(wrong.jobs, name))) return []
    const patience = overlap === 'wait' && {patienceMs: waitMs ?? Number.POSITIVE_INFINITY}
    const jitter = jitterMs > 0 && {jitterMs}
    return [{name, expression: schedule, timezone, spreadMs, catchUp, ...patience, ...jitter}]
  })
}

/**
 * Whether slots of the job that have fired are run: those of a job whose settings are wrong wait until the settings
 * are right.
 */
export function isToSchedule(settings: Pick<Settings, 'jobs' | 'wrong'>, job: string): boolean {
  const {wrong, jobs} = settings
  const own = Object.hasOwn(jobs, job) ? {[job]: jobs[job] as Settings['jobs'][string]} : {}
  return (wrong !== undefined && Object.hasOwn(wrong.jobs, job)) || jobsToSchedule({jobs: own}).length > 0
}

/** For the record: the jobs that are not scheduled, because their own settings are wrong. */
export function wrongJobsOf({wrong}: Pick<Settings, 'wrong'>): {readonly wrongJobs?: readonly WrongScheduledJob[]} {
  const jobs = Object.keys(wrong?.jobs ?? {})
  return jobs.length === 0 ? {} : {wrongJobs: jobs.map((job) => ({job, problem: problemsOfJob(wrong, job) ?? ''}))}
}

/** For the log, after the count of those that are scheduled. */
export function wrongJobsText(settings: Pick<Settings, 'wrong'>): string {
  const {wrongJobs = []} = wrongJobsOf(settings)
  return wrongJobs
    .map(({job, problem}) => `; ${job} is not started, because its settings are wrong: ${problem}`)
    .join('')
}
