import type {Settings} from '../settings/settings.js'
import type {ScheduledJob} from './decide.js'

/** The jobs that a scheduler starts: those with a schedule and something to run, but for those whose settings are wrong. */
export function jobsToSchedule({jobs, wrong}: Pick<Settings, 'jobs' | 'wrong'>): readonly ScheduledJob[] {
  return Object.entries(jobs).flatMap(([name, {schedule, timezone, spreadMs, catchUp, script, command}]) => {
    const isRunnable = script !== undefined || command !== undefined
    if (schedule === undefined || !isRunnable || (wrong && Object.hasOwn(wrong.jobs, name))) return []
    return [{name, expression: schedule, timezone, spreadMs, catchUp}]
  })
}
