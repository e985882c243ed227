import {listNames} from '../health/list-names.js'
import type {SchedulerFacts} from '../health/scheduler.js'
import {nicknames} from '../schedule/cron-expression.js'
import {notForCron} from '../schedule/schedule.js'
import {type CronLine, type CronLines, placeOf} from './cron-line.js'
import {type Finding, finding} from './finding.js'

/** A job of the settings, by what starts it. */
export interface PlannedJob {
  readonly job: string
  readonly schedule: string
  /** Undefined for the zone of the machine. */
  readonly timezone: string | undefined
  /** Whether the settings say what it runs: else neither a scheduler nor `guard run JOB` can start it. */
  readonly isRunnable: boolean
  /** Whether any run of it is on record. */
  readonly hasRun: boolean
}

/**
 * Whether the crontabs start the jobs when the settings say so. While a scheduler is in use, even one that died and
 * will be started again, a line would start a job twice.
 */
export function judgeSchedules(
  jobs: readonly PlannedJob[],
  {lines}: CronLines,
  scheduler: SchedulerFacts['is'],
): readonly Finding[] {
  const other = jobs.flatMap((one) => {
    const {job, schedule} = one
    const own = lines.filter((line) => startsJob(line, one))
    const [first] = own
    if (!first || own.some((line) => sameSchedule(line.schedule, schedule))) return []
    return [otherSchedule(job, schedule, first)]
  })
  const inLine = (job: PlannedJob) => (line: CronLine) => startsJob(line, job) || isUnwrapped(line, job)
  const isInUse = scheduler !== 'never-used' && scheduler !== 'stopped'
  const unstarted = jobs.filter((job) => !job.hasRun && !(isInUse && job.isRunnable) && !lines.some(inLine(job)))
  if (unstarted.length === 0) return other
  const what = unstarted.length === 1 ? '1 job is' : `${unstarted.length} jobs are`
  const proof = listNames(unstarted.map(({job}) => job))
  return [...other, finding('schedules', 'look', `${what} in no crontab and never ran`, {proof, ...startOf(unstarted)})]
}

/** How the first of some jobs that can be started is started. */
function startOf(jobs: readonly PlannedJob[]): {readonly mend: string} | {readonly note: string} {
  const runnable = jobs.filter(({isRunnable}) => isRunnable)
  const addable = runnable.find(({schedule}) => notForCron(schedule) === undefined)
  if (addable) return {mend: `guard crontab add ${addable.job}`}
  if (runnable.length > 0) return {note: 'only guard scheduler knows such schedules'}
  return {note: `write what it runs: jobs.${jobs[0]?.job}.command in the settings`}
}

export function startsJob({state, job}: CronLine, wanted: PlannedJob): boolean {
  return state === 'wrapped' && job === wanted.job
}

/** It is told among the lines that are not wrapped, and one more line would run the job twice. */
function isUnwrapped({state, job}: CronLine, wanted: PlannedJob): boolean {
  return state === 'wrappable' && job === wanted.job
}

function otherSchedule(job: string, schedule: string, line: CronLine): Finding {
  return finding('schedules', 'look', `${job} has two schedules`, {
    proof: `${line.schedule} in ${placeOf(line)}, ${schedule} in the settings: the watchdog expects those`,
    mend: line.edit,
    note: `or correct jobs.${job}.schedule`,
  })
}

function sameSchedule(one: string | undefined, other: string): boolean {
  return one !== undefined && normalized(one) === normalized(other)
}

function normalized(schedule: string): string {
  const text = schedule.trim().toLowerCase().replaceAll(/\s+/g, ' ')
  return (nicknames[text] ?? text).replaceAll(/\b0+(?=\d)/g, '')
}

/**
 * Whether cron starts the jobs when the watchdog expects them: the one goes by the zone of the machine, the other by that
 * of the job.
 *
 * @param isSame whether two zones have the same time all year
 */
export function judgeZones(
  jobs: readonly PlannedJob[],
  {lines}: CronLines,
  {machine, isSame}: {readonly machine: string; readonly isSame: (one: string, other: string) => boolean},
): Finding {
  const foreign = jobs.flatMap((job) => {
    const line = lines.find((each) => startsJob(each, job))
    const [cron, own] = [line?.zone ?? machine, job.timezone ?? machine]
    return line && !isSame(cron, own) ? [{job: job.job, line, cron, own}] : []
  })
  const [first] = foreign
  if (!first) return finding('time-zone', 'well', `time zone (${machine})`)
  const what = foreign.length === 1 ? `${first.job} is` : `${foreign.length} jobs are`
  return finding('time-zone', 'look', `${what} started by another time zone`, {
    proof: listNames(
      foreign.map(({job, line, cron, own}) => `${job} by ${cron} in ${placeOf(line)}, by ${own} in the settings`),
      '; ',
    ),
    mend: first.line.edit,
    note: `write times of ${first.cron}, and timezone: ${first.cron} in the settings`,
  })
}
