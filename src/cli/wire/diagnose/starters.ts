import type {JobStarters} from '../../../usecases/crontab/job-starters.js'
import type {Guard} from '../../guard.js'

/** What starts a job on this machine: the scheduler, or cron. */
export async function startersOf(guard: Guard, job: string): Promise<JobStarters> {
  // Loaded late: most questions are not about what cron has.
  const {wireCrontabs} = await import('../crontab.js')
  const {runningCron} = await import('../../../system/process/cron-daemon.js')
  const {jobStarters} = await import('../../../usecases/crontab/job-starters.js')
  const {schedulerSentences} = await import('../scheduler/scheduler-facts.js')
  const scheduler = await schedulerSentences(guard, job)
  const {sentences, mend} = jobStarters({...wireCrontabs(guard), runningCron}, job)
  // Beside a scheduler a crontab would start the job twice.
  return {sentences: [...scheduler, ...sentences], mend: scheduler.length > 0 ? undefined : mend}
}
