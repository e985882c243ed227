import {listNames} from '../health/list-names.js'
import type {SchedulerFacts} from '../health/scheduler.js'
import {type CronLines, placeOf} from './cron-line.js'
import {type Finding, finding} from './finding.js'
import {type PlannedJob, startsJob} from './schedule-findings.js'

/** Whether the scheduler, where one was ever used, is at work, and whether cron starts the same jobs. */
export function judgeSchedulerStart(
  {is, text, waiting, isForeground}: SchedulerFacts,
  jobs: readonly PlannedJob[],
  {lines}: CronLines,
): readonly Finding[] {
  if (is === 'never-used') return []
  if (is === 'dead' || is === 'late')
    return [finding('scheduler', 'wrong', 'Scheduler is not at work', {proof: text, ...mendOf(isForeground)})]
  if (is === 'unknown') return [finding('scheduler', 'look', 'Scheduler cannot be seen', {proof: text})]
  if (is === 'stopped') return [finding('scheduler', 'well', 'scheduler (stopped)', {proof: text})]
  const both = jobs.flatMap((job) => {
    const line = job.isRunnable && lines.find((each) => startsJob(each, job))
    return line ? [{job: job.job, line}] : []
  })
  const [first] = both
  if (!first && waiting !== undefined)
    return [finding('scheduler', 'look', 'The clock was set back', {proof: `${text}; ${waiting}`})]
  if (!first) return [finding('scheduler', 'well', 'scheduler', {proof: text})]
  const what = both.length === 1 ? `${first.job} is` : `${both.length} jobs are`
  return [
    finding('scheduler', 'wrong', `${what} started by cron and by the scheduler`, {
      proof: `${listNames(both.map(({job}) => job))}; ${placeOf(first.line)}`,
      mend: first.line.edit,
      note: 'take the line away, or stop the scheduler: guard scheduler stop',
    }),
  ]
}

/** A daemon beside a service manager would keep that one from starting it. */
function mendOf(isForeground = false): {readonly mend: string} | {readonly note: string} {
  if (!isForeground) return {mend: 'guard scheduler restart'}
  return {note: 'start it by what ran it in the foreground, such as systemctl restart guard-scheduler'}
}
