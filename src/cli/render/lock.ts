import type {LockVerdict} from '../../domain/locks/lock.js'
import type {ClearedLocks, LockList, RestoredLocks} from '../../usecases/recovery/clear-locks.js'
import {color} from './color.js'

const paint: Readonly<Record<LockVerdict['verdict'], (text: string) => string>> = {
  held: color.green,
  stale: color.red,
  kept: color.yellow,
}

/** A line for each lock: its verdict, and the proof. */
export function renderLocks({locks, unreadable}: LockList): string {
  const lines = locks.map(
    ({verdict, path, reason}) => `${paint[verdict](verdict.padEnd(5))}  ${shown(path)}  ${color.dim(reason)}`,
  )
  const hidden = unreadable.map(
    (folder) => `${color.yellow('?'.padEnd(5))}  ${shown(folder)}  ${color.dim('cannot be read')}`,
  )
  return lines.length + hidden.length === 0 ? 'no lock files found' : [...lines, ...hidden].join('\n')
}

export function renderCleared({cleared, quarantineId, locks, unreadable}: ClearedLocks): string {
  const gone = cleared.map((path) => `${color.green('cleared')}  ${shown(path)}  ${color.dim(reasonOf(locks, path))}`)
  const rest = locks.filter(({path}) => !cleared.includes(path))
  const undo = quarantineId === undefined ? [] : [`to undo it: guard locks restore ${quarantineId}`]
  const others =
    gone.length > 0 && rest.length + unreadable.length === 0 ? [] : [renderLocks({locks: rest, unreadable})]
  return [...gone, ...others, ...undo].join('\n')
}

export function renderRestored({locks}: RestoredLocks): string {
  return locks
    .map(({path, result}) =>
      result === 'restored'
        ? `${color.green('restored')}  ${shown(path)}`
        : `${color.yellow('occupied')}  ${shown(path)}  ${color.dim('another lock is there now; this one stays in the quarantine')}`,
    )
    .join('\n')
}

function reasonOf(locks: LockList['locks'], path: string): string {
  return locks.find((lock) => lock.path === path)?.reason ?? ''
}

/** Quotes control characters, so that a file name cannot inject terminal escape sequences. */
function shown(path: string): string {
  return /\p{Cc}/u.test(path) ? JSON.stringify(path) : path
}
