import {isJobName, jobNameRule} from '../domain/job/job-name.js'
import {GuardError} from '../errors.js'

/** Refuses a name that could not be a job's, before it reaches a file or a journal. Throws GuardError `usage`. */
export function checkedName(name: string, what = 'job'): string {
  if (isJobName(name)) return name
  throw new GuardError('usage', `${JSON.stringify(name)} is not a name of a ${what}`, [`a name is ${jobNameRule}`])
}
