import type {Incidents} from '../domain/incident.js'
import type {Leases} from '../domain/lease.js'
import {endedLeases} from '../domain/lease-rows.js'
import {type Clocks, sameRunMs} from '../domain/life.js'
import {plainRuns} from '../domain/plain-runs.js'
import {type Glance, quietIn, wellLeases} from '../domain/quiet.js'
import type {RunBook} from '../domain/run.js'
import type {SlotFacts} from '../domain/watchdog-facts.js'
import {type WatchedJobs, type WatchedWay, watchedAs} from '../domain/watched-job.js'

/** What is known of all jobs of a round. */
interface Known {
  readonly leases: Leases
  readonly runs: RunBook
  readonly incidents: Incidents
  readonly clocks: Clocks
  readonly slotOf: (job: WatchedWay) => SlotFacts | undefined
}

/**
 * The indexes of the jobs that need a second look. Each of the ways in which jobs are watched is made out once, and what
 * most jobs are, a lease that ended well and nothing else to be said, is told without a call: each takes a millisecond
 * for ten thousand jobs in a process that has just started.
 */
export function notableJobs({ways, names, wayOf}: WatchedJobs, known: Known, met: Map<string, string[]>) {
  const {leases, runs, incidents, clocks, slotOf} = known
  const histories = incidents.jobs
  const ended = endedLeases(leases.byJob, clocks.now.boot)
  const {rows, claimedMono} = ended
  const hasRuns = runs.size > 0
  const claimedAt = hasRuns ? ended.claimedAt : claimedMono
  const plain = plainRuns(runs)
  const glances = ways.map((way) => quietIn({job: way, slot: slotOf(way), as: watchedAs(way)}, clocks))
  const wellLease = wellLeases(leases.byJob, ended)
  const notable: number[] = []
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string
    const way = wayOf[index] as number
    const glance = glances[way] as Glance
    const history = histories.get(name)
    if (history && history === glance.untroubled) {
      const row = rows.get(name)
      if (typeof row === 'number' && (claimedMono[row] as number) >= glance.plainMono) {
        const run = hasRuns ? plain.rows.get(name) : undefined
        const startedAt = typeof run === 'number' ? (plain.startedAt[run] as number) : undefined
        if (run === undefined || (startedAt !== undefined && startedAt <= (claimedAt[row] as number) + sameRunMs))
          continue
      }
    }
    const lease = wellLease(name, glance)
    const glanced = lease ? glance.beyond(lease, history, runs.get(name)?.runs.at(-1)) : 'notable'
    if (glanced === 'met') addTo(met, watchedAs(ways[way] as WatchedWay), name)
    if (glanced === 'notable') notable.push(index)
  }
  return notable
}

export function addTo(met: Map<string, string[]>, as: string, job: string): void {
  const names = met.get(as)
  if (names) names.push(job)
  else met.set(as, [job])
}
