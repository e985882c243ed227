import type {Incidents} from '../../domain/incident/incident.js'
import {isHashedName, jobNameOfFile} from '../../domain/job/job-name.js'
import type {Leases} from '../../domain/lease/lease.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import {jobNames, type Settings} from '../../domain/settings/settings.js'
import {closestNames} from '../../domain/settings/suggest.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'

interface KnownJobDeps {
  readonly settings: Pick<Settings, 'jobs' | 'wrong' | 'openclaw'>
  readonly runs: Pick<Journal<RunsByJob>, 'read'>
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly incidents: Pick<Journal<Incidents>, 'read'>
}

/**
 * The job that a person means by its name, or by its script's. Throws GuardError `usage`, with the nearest names, if
 * neither the settings nor the journals know it.
 */
export function knownJob({settings, runs, leases, incidents}: KnownJobDeps, given: string): string {
  const known = new Set([
    ...jobNames(settings),
    // Those of OpenClaw, and those in trouble, are listed though they never ran under guard.
    ...Object.keys(settings.openclaw?.jobs ?? {}),
    ...incidents.read().open.keys(),
    ...runs.read().keys(),
    ...leases.read().byJob.keys(),
  ])
  const ofFile = jobNameOfFile(given)
  const job = [given, ofFile].find((name) => name !== undefined && known.has(name))
  if (job !== undefined) return job
  const hashed = ofFile === undefined ? [] : [...known].filter((name) => isHashedName(name, ofFile))
  if (hashed.length === 1 && hashed[0] !== undefined) return hashed[0]
  const near = hashed.length > 0 ? hashed : closestNames(ofFile ?? given, known).slice(0, 3)
  throw new GuardError('usage', `no job ${JSON.stringify(given)} is known`, [
    ...near.map((name) => `did you mean ${name}?`),
    ...(settings.wrong?.refusal === undefined
      ? []
      : ['the settings, which may name it, cannot be used: guard config check']),
    'a job is known once the settings name it or it has run under guard',
  ])
}
