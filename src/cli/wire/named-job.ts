import {incidentStream} from '../../journal/failure-streams.js'
import {knownJob} from '../../usecases/history/known-job.js'
import type {Guard} from '../guard.js'

/** The job that a command is about. Throws GuardError `usage` for one that nobody knows. */
export function namedJob(guard: Guard, given: string): string {
  const {settings, journal} = guard
  return knownJob({settings, runs: guard.runs(), leases: guard.leases(), incidents: journal(incidentStream)}, given)
}
