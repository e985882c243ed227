import {ascii, type Name, nameIn, viewOf} from './byte-scanner.js'
import type {Fold, FoldVerdict, LineFold} from './fold.js'
import {isJobName} from './job-name.js'
import {isWritten, type Lease, type Leases, leaseFold, mostJobs, putLease, type SavedLeases} from './lease.js'
import {columnLeaseFold} from './lease-columns.js'
import {bits} from './lease-keys.js'
import {LeaseLine} from './lease-line.js'
import {type AsciiText, leaseBehind} from './lease-of-line.js'
import {LeaseRows} from './lease-rows.js'
import {column, fitsRow, LeaseTable, placeOf, waiting} from './lease-table.js'
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
 * The fold of `lease.ts` for many lines at once. Of the runs of a job only the last has left anything but its token, so
 * the lines of that run wait until the lines end, and no other is folded. A line takes a quarter of what JSON.parse of it
 * takes. What is not plainly the next line of a run as guard writes it is left to `lease.ts`, for that job alone; a test
 * holds the two against each other.
 */
export function bulkLeases(textOf: AsciiText): LineFold<Leases> {
  const line = new LeaseLine()
  const table = new LeaseTable()
  const round: Round = {line, table, textOf, jobs: [], newJobs: 0, changes: 0}
  return {
    take(state, scan, start) {
      const next = line.read(scan, start)
      if (next < 0 || !fitsRow(line.whole)) return -1
      let row = table.find(scan.view, line.job)
      if (row < 0)
        row = rowFor(round, state, {
          job: textOf(scan.bytes, line.job.from, line.job.to),
          lines: scan.view,
          name: line.job,
        })
      return row >= 0 && takeLine(round, state, row) ? next : -1
    },
    apply: (state, record) => applyAmong(round, state, record),
    settle: (state) => settleAll(round, state),
  }
}

interface Round {
  readonly line: LeaseLine
  readonly table: LeaseTable
  readonly textOf: AsciiText
  /** By row. */
  readonly jobs: string[]
  /** Rows of jobs that the state does not know. */
  newJobs: number
  changes: number
}

/** False: the line has to be folded by `applyAmong`. */
function takeLine(round: Round, state: Leases, row: number): boolean {
  if (round.line.kind === 'claimed') return claim(round, state, row)
  // Whoever was fenced by a newer claim changes nothing.
  if (!isHolder(round, row)) return true
  return round.line.kind === 'renewed' ? renew(round, row) : release(round, row)
}

/** Takes a claim that is granted whatever the clocks say, now and when it is folded at last. */
function claim(round: Round, state: Leases, row: number): boolean {
  const {line, table} = round
  const {view} = line.scan
  // A claim that was repeated.
  if (table.isClaim(row, view, line.id)) return true
  const isFree = table.get(row, column.held) === 0 || (line.has(bits.over) && table.isClaim(row, view, line.over))
  if (!isFree) return false
  state.grants += 1
  table.keep(row, column.claimed, view, line.whole)
  table.set(row, column.bound, 0)
  table.set(row, column.renewed, 0)
  table.set(row, column.released, 0)
  table.set(row, column.idLength, line.id.to - line.id.from)
  table.set(row, column.token, state.grants)
  table.set(row, column.held, 1)
  table.set(row, column.place, line.place.number)
  table.set(row, column.changed, ++round.changes)
  return true
}

/** `ownLease` of lease.ts. */
function isHolder({line, table}: Round, row: number): boolean {
  const {scan} = line
  const isOpen = table.get(row, column.held) === 1 && table.get(row, column.token) === scan.numberAt(line.token)
  return isOpen && table.isClaim(row, scan.view, line.claim)
}

function renew(round: Round, row: number): boolean {
  const {line, table} = round
  const {scan} = line
  if (line.has(bits.process | bits.jobProcess)) {
    if (table.get(row, column.bound) > 0 || table.get(row, column.renewed) > 0) return false
    table.keep(row, column.bound, scan.view, line.whole)
    table.set(row, column.place, line.place.number)
  } else {
    const at = scan.numberAt(line.at)
    const mono = scan.numberAt(line.mono)
    const isSamePlace = table.get(row, column.place) === line.place.number
    // On clocks of one boot that go on, the later one has the last word.
    const isLater = at >= table.get(row, column.renewedAt) && mono >= table.get(row, column.renewedMono)
    if (table.get(row, column.renewed) > 0 && !(isSamePlace && isLater)) return false
    table.keep(row, column.renewed, scan.view, line.whole)
    table.set(row, column.renewedAt, at)
    table.set(row, column.renewedMono, mono)
    if (!isSamePlace) table.set(row, column.place, 0)
  }
  table.set(row, column.changed, ++round.changes)
  return true
}

function release(round: Round, row: number): boolean {
  const {line, table} = round
  const {scan} = line
  table.keep(row, column.released, scan.view, line.whole)
  table.set(row, column.held, 0)
  table.set(row, column.changed, ++round.changes)
  return true
}

/** The name of a job, as it is and where it stands. */
interface Named {
  readonly job: string
  readonly lines: DataView
  readonly name: Name
}

/** Makes a row for the job that is named in the bytes; -1: it has to be left to the slow way. */
function rowFor(round: Round, state: Leases, {job, lines, name}: Named): number {
  const {table} = round
  // Beyond so many jobs each claim makes the fold forget another one.
  if (!isJobName(job) || state.byJob.size + round.newJobs >= mostJobs) return -1
  const lease = state.byJob.get(job)
  if (!lease) round.newJobs += 1
  const row = table.add(lines, name)
  round.jobs[row] = job
  load(round, row, lease)
  return row
}

function load({line, table}: Round, row: number, lease: Lease | undefined): void {
  const {boot, host, number} = line.place
  table.nameClaim(row, lease?.claimId)
  table.set(row, column.token, lease?.token ?? 0)
  table.set(row, column.held, lease && !lease.released ? 1 : 0)
  table.set(row, column.place, lease?.boot === boot && lease.host === host ? number : 0)
}

/** `leaseFold.apply` while lines of other jobs wait. */
function applyAmong(round: Round, state: Leases, record: Rec): FoldVerdict {
  if (!isWritten(record)) return 'void'
  const {table} = round
  const {job} = record
  const bytes = ascii(job)
  const named = {job, lines: viewOf(bytes), name: nameIn(bytes)}
  const found = table.find(named.lines, named.name)
  const row = found < 0 ? rowFor(round, state, named) : found
  if (row < 0) {
    settleAll(round, state)
    return leaseFold.apply(state, record)
  }
  if (table.waits(row)) settleRow(round, state, row)
  const {grants} = state
  const verdict = leaseFold.apply(state, record)
  // A repeated claim is no change.
  const hasChanged = record.kind === 'claimed' ? state.grants > grants : verdict === 'ok'
  if (hasChanged) table.set(row, column.changed, ++round.changes)
  load(round, row, state.byJob.get(job))
  return verdict
}

/** Folds the lines of a row that wait, and makes its lease the last that was seen. */
function settleRow({table, line, textOf, jobs}: Round, state: Leases, row: number): void {
  const job = jobs[row] as string
  // A claim that waits was granted, whatever was known of the job before.
  let lease = table.get(row, column.claimed) > 0 ? undefined : state.byJob.get(job)
  for (const which of waiting) {
    if (table.get(row, which) === 0) continue
    line.read(table.lines, placeOf(row, which))
    lease = leaseBehind(line, {job, textOf, token: table.get(row, column.token)}, lease)
    table.set(row, which, 0)
  }
  if (lease) putLease(state, lease)
}

/** In the order of their last changes, in which the fold keeps them. */
function settleAll(round: Round, state: Leases): void {
  const {table} = round
  const changed = (row: number) => table.get(row, column.changed)
  const rows = Array.from({length: table.rows}, (_, row) => row).filter((row) => changed(row) > 0)
  for (const row of rows.sort((one, other) => changed(one) - changed(other))) {
    settleRow(round, state, row)
  }
  table.clear()
  round.jobs.length = 0
  round.newJobs = 0
  round.changes = 0
}
