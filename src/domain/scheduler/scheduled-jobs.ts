import type {Settings} from '../settings/settings.js'
import {problemsOfJob} from '../settings/wrong.js'
import type {ScheduledJob} from './decide.js'
import type {WrongScheduledJob} from './scheduler.js'

/** The jobs that a scheduler starts: those with a schedule and something to run, but for those whose settings are wrong. */
export function jobsToSchedule({jobs, wrong}: Pick<Settings, 'jobs' | 'wrong'>): readonly ScheduledJob[] {
  return Object.entries(jobs).flatMap(([name, {schedule, timezone, spreadMs, catchUp, script, command}]) => {
    const isRunnable = script !== undefined || command !== undefined
    if (schedule === undefined || !isRunnable || (wrong && Object.hasOwn(wrong.jobs, name))) return []
    return [{name, expression: schedule, timezone, spreadMs, catchUp}]
  })
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
