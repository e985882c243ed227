import type {LockVerdict} from '../../domain/locks/lock.js'
import type {ClearedLocks, LockList, RestoredLocks} from '../../usecases/recovery/clear-locks.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'

const paint: Readonly<Record<LockVerdict['verdict'], (text: string) => string>> = {
  held: color.green,
  stale: color.red,
  kept: color.yellow,
}

const urgency: readonly LockVerdict['verdict'][] = ['stale', 'kept', 'held']

/** A row for each lock: its verdict, and the proof; the stale ones first. */
export function renderLocks(page: Page, {locks, unreadable}: LockList): string {
  const sorted = locks.toSorted((one, other) => urgency.indexOf(one.verdict) - urgency.indexOf(other.verdict))
  const rows = [
    ...sorted.map(({verdict, path, reason}) => ({
      cells: [paint[verdict](verdict), `${path}  ${color.dim(reason)}`],
    })),
    ...unreadable.map((folder) => ({cells: [color.yellow('?'), `${folder}  ${color.dim('cannot be read')}`]})),
  ]
  return rows.length === 0 ? 'no lock files found' : renderTable(page, ['LOCK', 'FILE AND PROOF'], rows)
}

export function renderCleared(page: Page, {cleared, quarantineId, locks, unreadable}: ClearedLocks): string {
  const gone = cleared.map((path) => `${color.green('cleared')}  ${path}  ${color.dim(reasonOf(locks, path))}`)
  const rest = locks.filter(({path}) => !cleared.includes(path))
  const undo = quarantineId === undefined ? [] : [`to undo it: guard locks restore ${quarantineId}`]
  const others =
    gone.length > 0 && rest.length + unreadable.length === 0 ? [] : [renderLocks(page, {locks: rest, unreadable})]
  return [...gone, ...others, ...undo].join('\n')
}

export function renderRestored(_page: Page, {locks}: RestoredLocks): string {
  return locks
    .map(({path, result}) =>
      result === 'restored'
        ? `${color.green('restored')}  ${path}`
        : `${color.yellow('occupied')}  ${path}  ${color.dim('another lock is there now; this one stays in the quarantine')}`,
    )
    .join('\n')
}

function reasonOf(locks: LockList['locks'], path: string): string {
  return locks.find((lock) => lock.path === path)?.reason ?? ''
}
