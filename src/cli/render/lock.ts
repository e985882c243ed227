import chalk from 'chalk'
import type {LockVerdict} from '../../domain/locks/lock.js'
import type {ClearedLocks, LockList, RestoredLocks} from '../../usecases/recovery/clear-locks.js'

const paint: Readonly<Record<LockVerdict['verdict'], (text: string) => string>> = {
  held: chalk.green,
  stale: chalk.red,
  kept: chalk.yellow,
}

/** A line for each lock: its verdict, and the proof. */
export function renderLocks({locks, unreadable}: LockList): string {
  const lines = locks.map(
    ({verdict, path, reason}) => `${paint[verdict](verdict.padEnd(5))}  ${shown(path)}  ${chalk.dim(reason)}`,
  )
  const hidden = unreadable.map(
    (folder) => `${chalk.yellow('?'.padEnd(5))}  ${shown(folder)}  ${chalk.dim('cannot be read')}`,
  )
  return lines.length + hidden.length === 0 ? 'no lock files found' : [...lines, ...hidden].join('\n')
}

export function renderCleared({cleared, quarantineId, locks, unreadable}: ClearedLocks): string {
  const gone = cleared.map((path) => `${chalk.green('cleared')}  ${shown(path)}  ${chalk.dim(reasonOf(locks, path))}`)
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
        ? `${chalk.green('restored')}  ${shown(path)}`
        : `${chalk.yellow('occupied')}  ${shown(path)}  ${chalk.dim('another lock is there now; this one stays in the quarantine')}`,
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
