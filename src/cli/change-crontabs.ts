import {createInterface} from 'node:readline'
import {showControls} from '../domain/log/show-controls.js'
import {GuardError} from '../errors.js'
import type {PlannedChange, PlannedChanges} from '../usecases/crontab/change-crontabs.js'
import type {DiscoverDeps} from '../usecases/crontab/discover-crontabs.js'
import type {Call} from './command/definition.js'
import type {Guard} from './guard.js'
import {
  changeToJson,
  changeView,
  renderChanges,
  renderLeft,
  renderUnreadable,
  shortTitle,
} from './render/crontab-change.js'
import {writeOut} from './stdout.js'
import {isTerminal} from './terminal.js'
import {writeChange} from './wire/crontab.js'

/** Texts for what is done. */
interface ChangeWords {
  /** Said when there is nothing to do. */
  readonly nothing: string
  /** Said below what would be done. */
  readonly note: (changes: readonly PlannedChange[]) => string
}

/**
 * Shows what would change, asks, and writes. Throws GuardError `usage` where there is neither a terminal to ask on nor
 * `--yes`, and as `writeCrontab`.
 */
export async function changeCrontabs(
  {show, print, json, flags}: Pick<Call, 'show' | 'print' | 'json'> & {flags: {readonly yes: boolean | undefined}},
  guard: Guard,
  deps: DiscoverDeps,
  {changes, unreadable, left}: PlannedChanges,
  {nothing, note}: ChangeWords,
): Promise<object> {
  if (unreadable.length > 0) {
    process.exitCode = 1
    show(renderUnreadable, unreadable)
  }
  if (left.length > 0) show(renderLeft, left)
  const shown = {unreadable, left, changes: changes.map((change) => changeToJson(change, undefined))}
  if (changes.length === 0) {
    print(nothing)
    return shown
  }
  show(renderChanges, changes.map(changeView))
  const wanted = changes.filter(({crontab, after}) => after !== crontab.bytes)
  if (wanted.length === 0) return shown
  print('', note(changes))
  if (flags.yes !== true && !(await isAgreed(wanted, json))) {
    print('nothing was written')
    return shown
  }
  guard.ensureState()
  const written = wanted.map((change) => {
    const backup = writeChange(guard, deps, change)
    print(`${shortTitle(change.crontab.title)} is written; the former one is ${backup}`)
    return changeToJson(change, backup)
  })
  return {unreadable, left, changes: written}
}

async function isAgreed(changes: readonly PlannedChange[], json: boolean): Promise<boolean> {
  const files =
    changes.length === 1 ? showControls(shortTitle(changes[0]?.crontab.title ?? '')) : `${changes.length} crontabs`
  if (json || !isTerminal('stdin') || !isTerminal('stdout')) {
    throw new GuardError('usage', `this would change ${files}, and there is no terminal to ask on`, ['add --yes'])
  }
  writeOut(`Write ${files}? [y/N] `)
  return /^y(?:es)?$/i.test((await answer()).trim())
}

/** One line from the terminal, empty at its end. The terminal itself edits the line and sends the signals. */
async function answer(): Promise<string> {
  const reader = createInterface({input: process.stdin, terminal: false})
  const line = await new Promise<string>((resolve) => {
    reader.once('line', resolve)
    reader.once('close', () => resolve(''))
  })
  reader.close()
  return line
}
