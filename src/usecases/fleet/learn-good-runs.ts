import {lastEndSeen, type SeenEnd} from '../../domain/fleet/seen-end.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import type {JobRuns, RunsByJob} from '../../domain/run/job-runs.js'
import type {Journal} from '../../journal/journal.js'
import type {FleetDeps} from './fleet-deps.js'
import {noteReached} from './note-answer.js'

interface LearnDeps extends FleetDeps {
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'append'>
}

/**
 * Records good runs that other hosts have made of jobs that are in trouble on this one. It would learn of them when it is
 * next refused, which may be a day later. A store that does not answer is asked by the next round.
 */
export async function learnGoodRuns(deps: LearnDeps, jobs: readonly string[]): Promise<void> {
  if (jobs.length === 0) return
  try {
    const leases = await deps.store.list()
    noteReached(deps)
    for (const lease of leases.filter(({job}) => jobs.includes(job))) {
      const [known, seen] = [deps.runs.read().get(lease.job), lastEndSeen(lease)]
      if (known && seen && isNewGoodRun(known, seen))
        deps.runs.append({kind: 'seen', job: lease.job, lastEnd: seen}, 'buffered')
    }
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
  }
}

/** The last run in the fleet has ended well on another host, and this one does not know of it. */
function isNewGoodRun({token = 0, goodElsewhere}: JobRuns, seen: SeenEnd): boolean {
  return seen.status === 'ok' && seen.token > token && seen.token !== goodElsewhere?.token
}
