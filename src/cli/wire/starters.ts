import type {Guard} from '../guard.js'

/** What starts a job on this machine, as sentences. */
export async function startersOf(guard: Guard, job: string): Promise<readonly string[]> {
  // Loaded late: most questions are not about what cron has.
  const {wireCrontabs} = await import('./crontab.js')
  const {runningCron} = await import('../../system/process/cron-daemon.js')
  const {jobStarters} = await import('../../usecases/crontab/job-starters.js')
  const {schedulerSentences} = await import('./scheduler-facts.js')
  return [...(await schedulerSentences(guard, job)), ...jobStarters({...wireCrontabs(guard), runningCron}, job)]
}
