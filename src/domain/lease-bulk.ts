import type {Fold, FoldVerdict, LineFold} from './fold.js'
import {isJobName} from './job-name.js'
import {isWritten, type Lease, type Leases, leaseFold, mostJobs, putLease, type SavedLeases} from './lease.js'
import {columnLeaseFold} from './lease-columns.js'
import {bindingWaits, claimWaits, jobField, releaseWaits, renewalWaits} from './lease-fields.js'
import type {LeaseLines} from './lease-lines.js'
import {leaseBehind} from './lease-of-line.js'
import {LeaseRows} from './lease-rows.js'
import type {Rec} from './record.js'

/** `leaseFold` for who looks at every lease. */
export const bulkLeaseFold: Fold<Leases> = {
  ...columnLeaseFold,
  restore: (saved) => {
    const kept = saved as SavedLeases
    return 'columns' in kept ? {grants: kept.grants, byJob: new LeaseRows(kept.columns)} : leaseFold.restore(saved)
  },
}

/**
 * The fold of `lease.ts` for many lines at once, most of which src/assembly/leases.ts takes: it needs a tenth of the time
 * of JSON.parse. What is not plainly the next line of a run as guard writes it is left to `lease.ts`, for that
 * job alone; a test holds the two against each other.
 */
export function bulkLeases(lines: LeaseLines): LineFold<Leases> {
  const round: Round = {lines, jobs: [], newJobs: 0}
  return {
    open: (bytes) => lines.open(bytes),
    take: (state, start, end) => takeLines(round, state, {start, end}),
    apply: (state, record) => applyAmong(round, state, record),
    settle: (state) => settleAll(round, state),
  }
}

interface Round {
  readonly lines: LeaseLines
  /** By row. */
  readonly jobs: string[]
  /** Rows of jobs that the state does not know. */
  newJobs: number
}

function takeLines(round: Round, state: Leases, {start, end}: {readonly start: number; readonly end: number}) {
  const {lines} = round
  const {program} = lines
  program.setGrants(state.grants)
  let taken = 0
  let next = start
  for (;;) {
    next = lines.fold(next, end)
    taken += program.taken.value
    if (program.isNewJob.value === 0 || rowFor(round, state, lines.text(jobField)) < 0) break
  }
  state.grants = program.grants.value
  return {next, taken}
}

/** Makes a row for a job; -1: it has to be left to the slow way. */
function rowFor(round: Round, state: Leases, job: string): number {
  // Beyond so many jobs each claim makes the fold forget another one.
  if (!isJobName(job) || state.byJob.size + round.newJobs >= mostJobs) return -1
  const lease = state.byJob.get(job)
  if (!lease) round.newJobs += 1
  const row = round.lines.add(job)
  round.jobs[row] = job
  round.lines.know(row, lease)
  return row
}

/** `leaseFold.apply` while lines of other jobs wait. */
function applyAmong(round: Round, state: Leases, record: Rec): FoldVerdict {
  if (!isWritten(record)) return 'void'
  const {lines} = round
  const {job} = record
  const found = lines.find(job)
  const row = found < 0 ? rowFor(round, state, job) : found
  if (row < 0) {
    settleAll(round, state)
    return leaseFold.apply(state, record)
  }
  if (waiting.some((which) => lines.program.waits(row, which) > 0)) settleRow(round, state, row)
  const {grants} = state
  const verdict = leaseFold.apply(state, record)
  // A repeated claim is no change.
  const hasChanged = record.kind === 'claimed' ? state.grants > grants : verdict === 'ok'
  if (hasChanged) lines.program.noteChange(row)
  lines.know(row, state.byJob.get(job))
  return verdict
}

/** In the order in which they are folded. */
const waiting = [claimWaits, bindingWaits, renewalWaits, releaseWaits]

/** Folds the lines of a row that wait, and makes its lease the last that was seen. */
function settleRow({lines, jobs}: Round, state: Leases, row: number): void {
  const {program} = lines
  const known = {job: jobs[row] as string, token: program.tokenOf(row)}
  // A claim that waits was granted, whatever was known of the job before.
  let lease: Lease | undefined = program.waits(row, claimWaits) > 0 ? undefined : state.byJob.get(known.job)
  for (const which of waiting) {
    if (program.waits(row, which) === 0) continue
    program.read(program.lineOf(row, which))
    lease = leaseBehind(lines, known, lease)
    program.settle(row, which)
  }
  if (lease) putLease(state, lease)
}

/** In the order of their last changes, in which the fold keeps them. */
function settleAll(round: Round, state: Leases): void {
  const {program} = round.lines
  const changes = round.jobs.map((_, row) => program.changeOf(row))
  const rows = [...changes.keys()].filter((row) => (changes[row] as number) > 0)
  for (const row of rows.sort((one, other) => (changes[one] as number) - (changes[other] as number))) {
    settleRow(round, state, row)
  }
  program.clear()
  round.jobs.length = 0
  round.newJobs = 0
}
