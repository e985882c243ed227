import {parseDuration} from '../domain/clock/duration.js'
import {fleetJobProblem} from '../domain/settings/fleet.js'
import type {Overlap} from '../domain/settings/job.js'
import {jobDefaults} from './defaults.js'
import {type Path, type Problem, problemText} from './problems.js'
import {entries, map} from './written.js'

type Keys = Readonly<Record<string, unknown>>

/** Checks that the jobs of a fleet have a store, and settings with which a lease of it is kept. */
export function checkFleet(root: Keys): Problem[] {
  const defaults = map(root['defaults'])
  const hasStore = 'fleet' in root
  const parts: readonly (readonly [Path, Keys])[] = [
    [['defaults'], defaults],
    ...entries(root['jobs']).map(([name, job]) => [['jobs', name], map(job)] as const),
  ]
  return parts.flatMap(([path, own]): Problem[] => {
    const job = {...defaults, ...own}
    if (job['scope'] !== 'fleet') return []
    if (!hasStore && own['scope'] === 'fleet') return [{path: [...path, 'scope'], text: needsStore}]
    const problem = fleetJobProblem({
      scope: 'fleet',
      overlap: (job['overlap'] ?? jobDefaults.overlap) as Overlap,
      ttlMs: spanOf(job['ttl'], jobDefaults.ttlMs),
      killAfterMs: spanOf(job['killAfter'], jobDefaults.killAfterMs),
      ...(typeof job['schedule'] === 'string' && {schedule: job['schedule']}),
    })
    // What a job has from `defaults` alone is told there.
    const isOwn = problem && ['scope', ...causes[problem.key]].some((key) => key in own)
    return isOwn ? [{path: [...path, problem.key], text: problem.text}] : []
  })
}

const causes = {overlap: ['overlap'], ttl: ['ttl', 'killAfter'], schedule: ['schedule']} as const

const needsStore = 'needs a store; add it: fleet: {postgres: {env: GUARD_FLEET_URL}}'

/** One that is wrong is told by the schema. */
function spanOf(written: unknown, defaultMs: number): number {
  return (written === undefined ? undefined : parseDuration(String(written))) ?? defaultMs
}

/** The jobs that cannot run because `fleet`, one of `problems`, is wrong: without it they would run on each host. */
export function jobsWithoutStore(written: unknown, problems: readonly Problem[]): Problem[] {
  const wrong = problems.find(({path}) => path[0] === 'fleet')
  if (!wrong) return []
  const root = map(written)
  const scopeOf = (job: unknown) => map(job)['scope'] ?? map(root['defaults'])['scope']
  const text = `needs the store of the fleet, which is wrong: ${problemText(wrong, written)}`
  return entries(root['jobs'])
    .filter(([, job]) => scopeOf(job) === 'fleet')
    .map(([name]) => ({path: ['jobs', name, 'scope'], text, ofKey: true as const}))
}
