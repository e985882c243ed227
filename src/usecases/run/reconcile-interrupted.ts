import type {Lease, Leases} from '../../domain/lease/lease.js'
import {openRuns, type RunsByJob} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import type {Journal} from '../../journal/journal.js'
import type {Holder, LivingProcess} from '../../system/process/holder-liveness.js'

interface ReconcileDeps {
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'append'>
  readonly livingProcessOf: (holder: Holder) => Promise<LivingProcess>
}

/**
 * Writes `interrupted` for each run that started and has no end, and whose guard and job are both gone. The processes
 * are those of its lease, or of its first record if another run has the lease by now; a run with neither stays open.
 *
 * @param only the job that is looked at; all by default
 * @returns the runs that it closed
 */
export async function reconcileInterrupted(deps: ReconcileDeps, only?: string): Promise<readonly Run[]> {
  const {byJob} = deps.leases.read()
  const closed: Run[] = []
  for (const run of openRuns(deps.runs.read())) {
    if (only !== undefined && run.job !== only) continue
    const holder = holderOf(run, byJob.get(run.job))
    if (!holder || (await deps.livingProcessOf(holder)) !== 'none') continue
    // Its guard may have written the end during the check.
    if (!isOpen(deps.runs.read(), run)) continue
    const reason = 'its guard and its job are gone'
    deps.runs.append({kind: 'interrupted', job: run.job, run: run.id, reason}, 'durable')
    closed.push(run)
  }
  return closed
}

function holderOf({id, owner}: Run, lease: Lease | undefined): Holder | undefined {
  return lease?.holder === id ? lease : owner && {...owner, holder: id}
}

function isOpen(book: RunsByJob, {job, id}: Run): boolean {
  return book.get(job)?.runs.some((run) => run.id === id && run.outcome === undefined) ?? false
}
