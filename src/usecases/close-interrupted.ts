import type {Lease, Leases} from '../domain/lease.js'
import type {Run, RunBook} from '../domain/run.js'
import type {Journal} from '../journal/journal.js'
import type {Survivor} from '../system/survivor.js'

export interface CloseDeps {
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly runs: Pick<Journal<RunBook>, 'read' | 'append'>
  readonly survivorOf: (lease: Lease) => Promise<Survivor>
}

/**
 * Writes `interrupted` for each run that started, has no end, and of which nothing lives any more: neither its guard nor
 * its job. Only the lease of a run tells its processes, so a run without one stays open. Returns what it closed.
 */
export async function closeInterrupted(deps: CloseDeps): Promise<readonly Run[]> {
  const {byJob} = deps.leases.read()
  const closed: Run[] = []
  for (const run of openRuns(deps.runs.read())) {
    const lease = byJob.get(run.job)
    if (lease?.holder !== run.id || (await deps.survivorOf(lease)) !== 'none') continue
    // Its guard may have written the end while it was looked for.
    if (!isOpen(deps.runs.read(), run)) continue
    const reason = 'its guard and its job are gone'
    deps.runs.append({kind: 'interrupted', job: run.job, run: run.id, reason}, 'durable')
    closed.push(run)
  }
  return closed
}

function openRuns(book: RunBook): readonly Run[] {
  const open: Run[] = []
  for (const {runs} of book.values()) {
    for (const run of runs) if (run.outcome === undefined) open.push(run)
  }
  return open
}

function isOpen(book: RunBook, {job, id}: Run): boolean {
  return book.get(job)?.runs.some((run) => run.id === id && run.outcome === undefined) ?? false
}
