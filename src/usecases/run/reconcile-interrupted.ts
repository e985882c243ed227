import type {BootRef} from '../../domain/clock/process-ref.js'
import type {Lease, Leases} from '../../domain/lease/lease.js'
import {goneText} from '../../domain/run/interrupted-run.js'
import {openRuns, type RunsByJob} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import type {Journal} from '../../journal/journal.js'
import type {Holder, LivingProcess} from '../../system/process/holder-liveness.js'

export interface ReconcileDeps {
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'append'>
  readonly here: BootRef
  readonly livingProcessOf: (holder: Holder) => Promise<LivingProcess>
}

/** A run without an end on record. */
export interface OpenRun {
  readonly run: Run
  readonly isGone: boolean
  /** What proves that it is gone, or why it is left. */
  readonly reason: string
}

/**
 * Whether the guard and the job of each run without an end are gone. The processes are those of its lease, or of its first
 * record if another run has the lease by now; of a run with neither nothing is proved.
 *
 * @param only the job that is looked at; all by default
 */
export async function inspectOpenRuns(
  {
    leases,
    runs,
    here,
    livingProcessOf,
  }: Pick<ReconcileDeps, 'leases' | 'here' | 'livingProcessOf'> & {
    readonly runs: Pick<Journal<RunsByJob>, 'read'>
  },
  only?: string,
): Promise<readonly OpenRun[]> {
  const {byJob} = leases.read()
  const found: OpenRun[] = []
  for (const run of openRuns(runs.read())) {
    if (only !== undefined && run.job !== only) continue
    const holder = holderOf(run, byJob.get(run.job))
    const living = holder ? await livingProcessOf(holder) : 'unknown'
    if (holder && living === 'none') found.push({run, isGone: true, reason: goneText(holder, here, run.claimedSlotAt)})
    else found.push({run, isGone: false, reason: leftTexts[living === 'none' ? 'unknown' : living]})
  }
  return found
}

const leftTexts = {
  guard: 'its guard is alive',
  job: 'its job is alive',
  unknown: 'nothing proves that it is over',
} as const

/**
 * Writes `interrupted` for each run that started and has no end, and whose guard and job are both gone. Of two processes
 * that do so at once, or beside a guard that writes the end itself, the first record counts.
 *
 * @returns the runs that it closed
 */
export async function reconcileInterrupted(deps: ReconcileDeps, only?: string): Promise<readonly OpenRun[]> {
  return closeGone(deps, await inspectOpenRuns(deps, only))
}

/** Does so for runs that were inspected. */
export function closeGone({runs}: Pick<ReconcileDeps, 'runs'>, open: readonly OpenRun[]): readonly OpenRun[] {
  return open.filter(({run, isGone, reason}) => {
    // Its guard may have written the end during the check.
    if (!isGone || !isOpen(runs.read(), run)) return false
    return runs.append({kind: 'interrupted', job: run.job, run: run.id, reason}, 'durable').verdict === 'ok'
  })
}

function holderOf({id, owner}: Run, lease: Lease | undefined): Holder | undefined {
  return lease?.holder === id ? lease : owner && {...owner, holder: id}
}

function isOpen(book: RunsByJob, {job, id}: Run): boolean {
  return book.get(job)?.runs.some((run) => run.id === id && run.outcome === undefined) ?? false
}
