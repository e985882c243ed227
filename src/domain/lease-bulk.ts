import {ascii, ByteScanner, textOf} from './byte-scanner.js'
import type {BulkFold, Fold} from './fold.js'
import {isJobName} from './job-name.js'
import {
  hasExpired,
  type Lease,
  type Leases,
  leaseFold,
  mostJobs,
  putLease,
  type Release,
  type SavedLeases,
} from './lease.js'
import {columnLeaseFold} from './lease-columns.js'
import {emptyLine, type LeaseLine, readLeaseLine} from './lease-line.js'
import {LeaseRows} from './lease-rows.js'
import {column, fits, LeaseTable, type TextColumn, textBytes, textColumn} from './lease-table.js'
import type {Place, ProcessRef} from './process-ref.js'

/** `leaseFold` for who looks at every lease. */
export const bulkLeaseFold: Fold<Leases> = {
  ...columnLeaseFold,
  restore: (saved) => {
    const kept = saved as SavedLeases
    return 'columns' in kept ? {grants: kept.grants, byJob: new LeaseRows(kept.columns)} : leaseFold.restore(saved)
  },
}

/**
 * The fold of `lease.ts` for many lines at once: what is known of a job is changed in place, and becomes a lease when
 * the lines end. Lines take half of what JSON.parse of them takes. Whatever is not plainly what guard
 * writes is left to `lease.ts`, and a test holds the two against each other.
 */
export function bulkLeases(): BulkFold<Leases> {
  const scan = new ByteScanner()
  const round: Round = {line: emptyLine(), table: new LeaseTable(), places: [], changes: 0}
  const {line, table} = round
  return {
    take(state, bytes, start) {
      scan.begin(bytes, start)
      if (!readLeaseLine(scan, line) || !fitsRow(line)) return -1
      const lines = scan.view
      let row = table.find(lines, line.job)
      if (row < 0) row = load(round, state, scan)
      if (row < 0) return -1
      if (line.kind === 'claimed') claim(round, state, {row, lines})
      else if (isHolder(round, {row, lines})) {
        if (line.kind === 'renewed') renew(round, {row, lines})
        else release(round, {row, lines})
      }
      return scan.at
    },
    settle(state) {
      for (const row of changedRows(table)) putLease(state, leaseIn(round, row))
      table.clear()
      round.places.length = 0
      round.changes = 0
    },
  }
}

interface Round {
  readonly line: LeaseLine
  readonly table: LeaseTable
  /** Boots and hosts by number. */
  readonly places: Place[]
  changes: number
}

/** Where the job of the line stands in the table, and the bytes in which the line stands. */
interface Here {
  readonly row: number
  readonly lines: DataView
}

function fitsRow({job, id, claim, holder, ownProcess, jobProcess, detail}: LeaseLine): boolean {
  return fits(id) && fits(claim) && fits(job) && fits(holder) && fits(ownProcess) && fits(jobProcess) && fits(detail)
}

/** Makes a row of what the state says of the job; -1: it has to be left to the slow way. */
function load(round: Round, state: Leases, {bytes, view: lines}: ByteScanner): number {
  const {table, line} = round
  const job = textOf(bytes, line.job)
  // Beyond so many jobs each claim makes the fold forget another one.
  if (!isJobName(job) || state.byJob.size + table.rows >= mostJobs) return -1
  const lease = state.byJob.get(job)
  const texts = lease ? textsOf(lease) : []
  const isPlain = texts.every(([, text]) => text.length <= textBytes && /^[\x20-\x7e]*$/.test(text))
  // A release is dated by its record, which was the last sign of the lease: a row keeps that time once.
  if (!isPlain || (lease?.released && lease.released.at !== lease.seenAt)) return -1
  const row = table.add(lines, line.job)
  for (const [which, text] of texts)
    table.keep(row, which, new DataView(ascii(text).buffer), {from: 0, to: text.length})
  if (lease) loadNumbers(round, row, lease)
  return row
}

function textsOf({claimId, holder, process, jobProcess, released}: Lease): readonly (readonly [TextColumn, string])[] {
  return [
    [textColumn.claimId, claimId],
    [textColumn.holder, holder],
    ...(process ? [[textColumn.process, JSON.stringify(process)] as const] : []),
    ...(jobProcess ? [[textColumn.jobProcess, JSON.stringify(jobProcess)] as const] : []),
    ...(released?.detail === undefined ? [] : [[textColumn.detail, released.detail] as const]),
  ]
}

const lasting = ['token', 'ttlMs', 'claimedAt', 'claimedMono', 'seenAt', 'expiresAt', 'expiresMono'] as const
const statuses = [undefined, 'ok', 'error'] as const

function loadNumbers(round: Round, row: number, lease: Lease): void {
  for (const name of lasting) round.table.set(row, column[name], lease[name])
  round.table.set(row, column.status, statuses.indexOf(lease.released?.status))
  round.table.set(row, column.releasedMono, lease.released?.mono ?? -1)
  round.table.set(row, column.place, placeNumber(round, lease))
}

function placeNumber({places}: Round, place: Place): number {
  const known = places.findLastIndex(({boot, host}) => boot === place.boot && host === place.host)
  if (known < 0) return places.push(place) - 1
  // The lines to come have this very object.
  places[known] = place
  return known
}

/** `applyClaim` of lease.ts. */
function claim(round: Round, state: Leases, here: Here): void {
  if (!isGranted(round, here)) return
  const {table, line} = round
  const {row, lines} = here
  state.grants += 1
  table.set(row, column.token, state.grants)
  table.set(row, column.ttlMs, line.ttlMs)
  table.set(row, column.claimedAt, line.at)
  table.set(row, column.claimedMono, line.mono)
  table.set(row, column.expiresAt, line.at + line.ttlMs)
  table.set(row, column.expiresMono, line.mono + line.ttlMs)
  table.set(row, column.status, 0)
  table.keep(row, textColumn.claimId, lines, line.id)
  table.keep(row, textColumn.holder, lines, line.holder)
  table.keep(row, textColumn.process, lines, line.ownProcess)
  table.keep(row, textColumn.jobProcess, lines, line.jobProcess)
  see(round, row)
}

function isGranted(round: Round, {row, lines}: Here): boolean {
  const {table, line} = round
  if (line.holder.from < 0 || !(line.ttlMs > 0)) return false
  if (table.get(row, column.token) === 0) return true
  if (table.is(row, textColumn.claimId, lines, line.id)) return false
  return (
    table.get(row, column.status) !== 0 || hasEnded(round, row) || table.is(row, textColumn.claimId, lines, line.over)
  )
}

function hasEnded({table, line, places}: Round, row: number): boolean {
  const {boot, host} = places[table.get(row, column.place)] as Place
  const times = {expiresAt: table.get(row, column.expiresAt), expiresMono: table.get(row, column.expiresMono)}
  return hasExpired({...times, boot, host}, {at: line.at, mono: line.mono, ...line.place})
}

/** `ownLease` of lease.ts. */
function isHolder({table, line}: Round, {row, lines}: Here): boolean {
  const isOpen = table.get(row, column.status) === 0 && table.get(row, column.token) === line.token
  return isOpen && table.is(row, textColumn.claimId, lines, line.claim)
}

/** `applyRenewal` of lease.ts. */
function renew(round: Round, {row, lines}: Here): void {
  const {table, line, places} = round
  const ttlMs = table.get(row, column.ttlMs)
  const isSameClock = places[table.get(row, column.place)]?.boot === line.place.boot
  const atLeast = (which: number) => (isSameClock ? table.get(row, which) : 0)
  table.set(row, column.expiresAt, Math.max(atLeast(column.expiresAt), line.at + ttlMs))
  table.set(row, column.expiresMono, Math.max(atLeast(column.expiresMono), line.mono + ttlMs))
  if (!isSameClock) {
    table.set(row, column.claimedMono, line.mono)
    table.drop(row, textColumn.process)
    table.drop(row, textColumn.jobProcess)
  }
  if (line.ownProcess.from >= 0) table.keep(row, textColumn.process, lines, line.ownProcess)
  if (line.jobProcess.from >= 0) table.keep(row, textColumn.jobProcess, lines, line.jobProcess)
  see(round, row)
}

/** `applyRelease` of lease.ts. */
function release(round: Round, {row, lines}: Here): void {
  const {table, line, places} = round
  const isSameClock = places[table.get(row, column.place)]?.boot === line.place.boot
  table.set(row, column.releasedMono, isSameClock ? line.mono : -1)
  table.set(row, column.status, line.status)
  table.keep(row, textColumn.detail, lines, line.detail)
  table.set(row, column.seenAt, line.at)
  table.set(row, column.changed, ++round.changes)
}

function see(round: Round, row: number): void {
  const {table, line, places} = round
  const place = table.get(row, column.place)
  const isSame = places[place] === line.place
  table.set(row, column.place, isSame ? place : placeNumber(round, line.place))
  table.set(row, column.seenAt, line.at)
  table.set(row, column.changed, ++round.changes)
}

/** In the order of their last changes, in which the fold keeps them. */
function changedRows(table: LeaseTable): readonly number[] {
  const changed = (row: number) => table.get(row, column.changed)
  const rows = Array.from({length: table.rows}, (_, row) => row).filter((row) => changed(row) > 0)
  return rows.sort((one, other) => changed(one) - changed(other))
}

function leaseIn({table, places}: Round, row: number): Lease {
  const number = (which: number) => table.get(row, which)
  const text = (which: TextColumn) => table.text(row, which)
  const {boot, host} = places[number(column.place)] as Place
  const status = statuses[number(column.status)]
  const detail = text(textColumn.detail)
  const process = text(textColumn.process)
  const jobProcess = text(textColumn.jobProcess)
  return {
    job: text(textColumn.job) ?? '',
    holder: text(textColumn.holder) ?? '',
    token: number(column.token),
    claimId: text(textColumn.claimId) ?? '',
    ttlMs: number(column.ttlMs),
    claimedAt: number(column.claimedAt),
    claimedMono: number(column.claimedMono),
    seenAt: number(column.seenAt),
    expiresAt: number(column.expiresAt),
    expiresMono: number(column.expiresMono),
    boot,
    host,
    ...(process !== undefined && {process: JSON.parse(process) as ProcessRef}),
    ...(jobProcess !== undefined && {jobProcess: JSON.parse(jobProcess) as ProcessRef}),
    ...(status && {released: {...releaseIn(number), status, ...(detail !== undefined && {detail})}}),
  }
}

function releaseIn(number: (which: number) => number): Pick<Release, 'at' | 'mono'> {
  const mono = number(column.releasedMono)
  return {at: number(column.seenAt), ...(mono >= 0 && {mono})}
}
